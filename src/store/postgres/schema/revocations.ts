import { sql } from 'drizzle-orm'
import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { RevocationReason } from '../../../session/session.ts'
import { instant, pgSnapshot, xid8 } from './columns.ts'

/** One row a revoked session, kept a day: what instances follow to learn of revocations. */
export const revocations = pgTable(
  'revocations',
  {
    sessionId: uuid('session_id').primaryKey(),
    reason: text().$type<RevocationReason>().notNull(),
    actor: text().notNull(),
    operationId: uuid('operation_id'),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    xid: xid8().notNull().default(sql`pg_current_xact_id()`),
  },
  table => [index('revocations_by_xid').on(table.xid), index('revocations_by_creation').on(table.createdAt)],
)

/** A bulk revocation as a fact: it holds at once, whether or not rows have been marked. */
export const cutoffs = pgTable(
  'cutoffs',
  {
    id: uuid().primaryKey(),
    scope: text().$type<CutoffScope>().notNull(),
    /** The client type or address (or network); null for the other scopes. */
    subject: text(),
    issuedBefore: instant('issued_before').notNull(),
    reason: text().notNull(),
    actor: text().notNull(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    xid: xid8().notNull().default(sql`pg_current_xact_id()`),
  },
  table => [index('cutoffs_by_xid').on(table.xid)],
)

export type CutoffScope = 'client_type' | 'ip' | 'issued_before' | 'all'

/** How far a revocation by an operator has come. A bulk one has the id of its cut-off. */
export const revocationRuns = pgTable('revocation_runs', {
  id: uuid().primaryKey(),
  strategy: text().$type<'session' | 'user' | CutoffScope>().notNull(),
  value: text(),
  reason: text().notNull(),
  actor: text().notNull(),
  /** Sessions that it covers and that were not revoked before; null until they have been counted. */
  matched: integer(),
  revoked: integer().notNull().default(0),
  createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
  completedAt: instant('completed_at'),
  /** Of the revocation itself: an instance that has read this transaction says yes no more. */
  xid: xid8().notNull().default(sql`pg_current_xact_id()`),
})

/** Who must know of a revocation before it is answered, and when an instance was last seen. */
export const instances = pgTable('instances', {
  id: uuid().primaryKey(),
  seenAt: instant('seen_at').notNull(),
  /** What the instance has read: every transaction that is visible in this snapshot. Null: nobody waits for it. */
  acked: pgSnapshot(),
  /** The Redis whose answers it may trust while Postgres is away; null for none, the default for who does not tell. */
  redisRunId: text('redis_run_id').default('unknown'),
  /** Where it listens, by a name that no two instances can have at once. */
  place: text(),
})

/** When no instance could use the database, which counts as time that did not pass. Kept as long as a session may live. */
export const outages = pgTable('outages', {
  beganAt: instant('began_at').primaryKey(),
  endedAt: instant('ended_at').notNull(),
})
