import { sql } from 'drizzle-orm'
import {
  bigint,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { Instant } from '../../clock.ts'
import type { DeviceFacts } from '../../session/device/device.ts'
import type { EventType } from '../../session/events.ts'
import type { RevocationReason } from '../../session/session.ts'
import type { PublicJwk } from '../../session/token/signing-key.ts'

/** `timestamptz` as milliseconds since the epoch, with microseconds as their fraction. */
const instant = customType<{ data: Instant; driverData: string }>({
  dataType: () => 'timestamp with time zone',
  fromDriver: parseInstant,
  toDriver: value => new Date(value).toISOString(),
})

/** Postgres writes up to six digits behind the point; a `Date` would keep three. */
function parseInstant(text: string): Instant {
  const [, micros = ''] = /\.\d{3}(\d{1,3})/.exec(text) ?? []
  return new Date(text).getTime() + Number(micros.padEnd(3, '0')) / 1000
}

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })

const inet = customType<{ data: string; driverData: string }>({ dataType: () => 'inet' })

/** Which transactions a reader has seen. */
const pgSnapshot = customType<{ data: string; driverData: string }>({ dataType: () => 'pg_snapshot' })

/** A transaction's number; never wraps, so it can be compared over years. */
const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' })

/**
 * What rotation and activity change carries no index, so that those updates stay heap-only (HOT): they touch one
 * page and leave no index entry behind. The migration sets a fillfactor for it.
 */
export const userSessions = pgTable(
  'user_sessions',
  {
    id: uuid().primaryKey(),
    userId: uuid('user_id').notNull(),
    clientType: text('client_type').notNull(),
    authMethod: text('auth_method').notNull(),
    deviceName: text('device_name'),
    accessTokenHash: bytea('access_token_hash').notNull(),
    refreshTokenHash: bytea('refresh_token_hash').notNull(),
    previousAccessTokenHash: bytea('previous_access_token_hash'),
    previousRefreshTokenHash: bytea('previous_refresh_token_hash'),
    familyHash: bytea('family_hash').notNull(),
    successorSealed: bytea('successor_sealed'),
    rotation: integer().notNull().default(0),
    rotatedAt: instant('rotated_at').notNull(),
    createdAt: instant('created_at').notNull(),
    authenticatedAt: instant('authenticated_at').notNull(),
    lastActivityAt: instant('last_activity_at').notNull(),
    refreshExpiresAt: instant('refresh_expires_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
    revokedReason: text('revoked_reason').$type<RevocationReason>(),
    revokedBy: text('revoked_by'),
    /** When a refresh first came from another network, and another browser or system, than the sign-in. */
    contextChangedAt: instant('context_changed_at'),
    ipAddress: inet('ip_address'),
    userAgent: text('user_agent'),
    deviceInfo: jsonb('device_info').$type<DeviceFacts>().notNull(),
    metadata: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  },
  table => [
    index('user_sessions_by_user').on(table.userId, table.createdAt, table.id),
    index('user_sessions_by_expiry').on(table.expiresAt),
  ],
)

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

/** What has happened to sessions and can no longer be counted from their rows, by the minute. Kept two days. */
export const sessionCounts = pgTable(
  'session_counts',
  {
    minute: instant().notNull(),
    event: text().$type<'created' | 'refreshed' | 'revoked' | 'expired'>().notNull(),
    /** Why, for `revoked`; else empty. */
    reason: text().notNull().default(''),
    count: bigint({ mode: 'number' }).notNull(),
  },
  table => [primaryKey({ columns: [table.minute, table.event, table.reason] })],
)

/** Who must know of a revocation before it is answered. */
export const instances = pgTable('instances', {
  id: uuid().primaryKey(),
  seenAt: instant('seen_at').notNull(),
  /** What the instance has read: every transaction that is visible in this snapshot. */
  acked: pgSnapshot().notNull(),
  /** The Redis whose answers it may trust while Postgres is away; null for none, the default for who does not tell. */
  redisRunId: text('redis_run_id').default('unknown'),
  /** Where it listens, by a name that no two instances can have at once. */
  place: text(),
})

export const users = pgTable(
  'users',
  {
    id: uuid().primaryKey(),
    email: text().notNull(),
    /** argon2id, PHC string format; null for a person who signs in elsewhere. */
    passwordHash: text('password_hash'),
    roles: text().array().notNull().default(sql`'{}'`),
    disabledAt: instant('disabled_at'),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
  },
  table => [
    uniqueIndex('users_by_email').on(sql`lower(${table.email})`),
    // By its bytes, so that the beginning of an address finds its range, whatever the database's collation.
    index('users_by_address').on(sql`(lower(${table.email}) COLLATE "C")`),
  ],
)

/** Whose roles have changed lately: instances follow it, and ask for these users anew. One row a user, kept a day. */
export const roleChanges = pgTable(
  'role_changes',
  {
    userId: uuid('user_id').primaryKey(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    xid: xid8().notNull().default(sql`pg_current_xact_id()`),
  },
  table => [index('role_changes_by_xid').on(table.xid)],
)

/** Failed sign-ins, by a keyed hash of the lower-cased address: also for addresses that nobody has. */
export const loginThrottles = pgTable(
  'login_throttles',
  {
    subjectHash: bytea('subject_hash').notNull(),
    /** Empty for everybody; a known device is counted apart, so that an attacker cannot lock the owner out. */
    deviceId: text('device_id').notNull().default(''),
    failures: integer().notNull().default(0),
    windowStartedAt: instant('window_started_at').notNull(),
    locks: integer().notNull().default(0),
    lockedUntil: instant('locked_until'),
  },
  table => [
    primaryKey({ columns: [table.subjectHash, table.deviceId] }),
    index('login_throttles_by_window').on(table.windowStartedAt),
  ],
)

/**
 * The audit log. Appended in the transaction of the change; deleted only by cleanup, after its retention. The two
 * exceptions are functions of the database (`delete_old_security_events`, `forget_deleted_user`), so that the server's
 * own role need not be able to change or delete what is on record (docs/grants.sql).
 */
export const securityEvents = pgTable(
  'security_events',
  {
    id: uuid().primaryKey(),
    type: text().$type<EventType>().notNull(),
    severity: text().$type<'info' | 'warning' | 'critical'>().notNull(),
    userId: uuid('user_id'),
    sessionId: uuid('session_id'),
    actor: text().notNull(),
    ipAddress: inet('ip_address'),
    userAgent: text('user_agent'),
    details: jsonb().$type<object>().notNull(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
  },
  table => [
    index('security_events_by_creation').on(table.createdAt, table.id),
    index('security_events_by_user').on(table.userId, table.createdAt),
    index('security_events_by_session').on(table.sessionId, table.createdAt),
    index('security_events_by_type').on(table.type, table.createdAt, table.id),
    // What people (ids are this long) have done to others: few rows, looked for when such a person is deleted.
    index('security_events_by_actor')
      .on(table.actor)
      .where(sql`length(${table.actor}) = 36 AND ${table.actor} IS DISTINCT FROM ${table.userId}::text`),
  ],
)

export const signingKeys = pgTable('signing_keys', {
  kid: text().primaryKey(),
  alg: text().$type<'ES256'>().notNull(),
  publicJwk: jsonb('public_jwk').$type<PublicJwk>().notNull(),
  privateSealed: bytea('private_sealed').notNull(),
  createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
  signsFrom: instant('signs_from').notNull(),
  verifiesUntil: instant('verifies_until'),
})

/** Which `LATCHKEY_SECRET`s are in use somewhere, by the one-byte id that stands in tokens; nothing secret. */
export const secretIds = pgTable('secret_ids', {
  id: smallint().primaryKey(),
  firstSeenAt: instant('first_seen_at').notNull().default(sql`clock_timestamp()`),
  /** Every instance says each minute which ones it has. */
  lastSeenAt: instant('last_seen_at').notNull().default(sql`clock_timestamp()`),
})

/** Callers that are programs. The key itself is shown once and kept as SHA-256. */
export const serviceKeys = pgTable(
  'service_keys',
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    keyHash: bytea('key_hash').notNull(),
    scopes: text().array().notNull(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
  },
  table => [
    uniqueIndex('service_keys_by_hash').on(table.keyHash),
    uniqueIndex('service_keys_by_name').on(table.name).where(sql`${table.revokedAt} is null`),
  ],
)
