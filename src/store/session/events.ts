import { and, desc, eq, gte, inArray, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { v7 as uuid } from 'uuid'
import type { Instant } from '../../clock.ts'
import { type EventType, type SecurityEvent, type Severity, severityOf } from '../../session/events.ts'
import { decodeCursor, isBehind, micros, type Page, pageOf } from '../postgres/cursor.ts'
import type { Database, Executor } from '../postgres/database.ts'
import { securityEvents } from '../postgres/schema/events.ts'

/** Appends to the audit log, in the transaction of the change. */
export async function insertEvents(executor: Executor, events: readonly SecurityEvent[]): Promise<void> {
  if (events.length === 0) return
  await executor.execute(eventsInserted(eventRows(events), sql``))
}

/**
 * The same as a part of the statement that makes the change. `rows` are those of `eventRows`, or a placeholder for them.
 * `behind` is what follows the rows, which are called `event`: a join or a condition that leaves out those of changes
 * that did not happen.
 */
export function eventsInserted(rows: string | Placeholder, behind: SQL): SQL {
  return sql`
    INSERT INTO security_events
      (id, type, severity, user_id, session_id, actor, ip_address, user_agent, details)
    SELECT event.* FROM jsonb_to_recordset(${rows}::jsonb) AS event
      (id uuid, type text, severity text, "userId" uuid, "sessionId" uuid, actor text, "ipAddress" inet,
       "userAgent" text, details jsonb)
    ${behind}`
}

export function eventRows(events: readonly SecurityEvent[]): string {
  return JSON.stringify(events.map(rowOf))
}

function rowOf(event: SecurityEvent) {
  return {
    id: uuid(),
    type: event.type,
    severity: severityOf(event.type),
    userId: event.userId,
    sessionId: event.sessionId,
    actor: event.actor,
    ipAddress: event.origin.ipAddress,
    userAgent: event.origin.userAgent,
    details: event.details,
  }
}

/** An event as it stands in the log. */
export type RecordedEvent = {
  id: string
  type: EventType
  severity: Severity
  userId: string | null
  sessionId: string | null
  actor: string
  ipAddress: string | null
  userAgent: string | null
  details: object
  createdAt: Instant
}

/** All of these must be true of an event; null asks for nothing. `since` is included. */
export type EventFilter = {
  userId: string | null
  sessionId: string | null
  types: readonly EventType[] | null
  /** An address, or a network in CIDR notation. */
  network: string | null
  since: Instant | null
}

export type EventPage = { events: RecordedEvent[]; nextCursor: string | null }

export type AuditLog = ReturnType<typeof createAuditLog>

export function createAuditLog(database: Database) {
  return {
    /** Newest first. Throws `validation_failed` for a cursor that is not ours. */
    list: (filter: EventFilter, page: Page): Promise<EventPage> =>
      database.run(executor => listEvents(executor, filter, page)),
  }
}

async function listEvents(
  executor: Executor,
  filter: EventFilter,
  { limit, cursor }: Page,
): Promise<EventPage> {
  const { id, type, severity, userId, sessionId, actor, ipAddress, userAgent, details, createdAt } =
    securityEvents
  const rows = await executor
    .select({
      id,
      type,
      severity,
      userId,
      sessionId,
      actor,
      ipAddress,
      userAgent,
      details,
      createdAt,
      micros: micros(createdAt),
    })
    .from(securityEvents)
    .where(
      and(...conditions(filter), cursor === null ? undefined : isBehind(createdAt, id, decodeCursor(cursor))),
    )
    .orderBy(desc(createdAt), desc(id))
    .limit(limit + 1)
  const page = pageOf(rows, limit)
  return { events: page.rows.map(({ micros, ...event }) => event), nextCursor: page.nextCursor }
}

function conditions({ userId, sessionId, types, network, since }: EventFilter): (SQL | undefined)[] {
  return [
    userId === null ? undefined : eq(securityEvents.userId, userId),
    sessionId === null ? undefined : eq(securityEvents.sessionId, sessionId),
    types === null ? undefined : inArray(securityEvents.type, [...types]),
    network === null ? undefined : sql`${securityEvents.ipAddress} <<= ${network}::inet`,
    since === null ? undefined : gte(securityEvents.createdAt, since),
  ]
}

/**
 * Deletes a batch of events past their retention, and returns how many. By a function of the database, since the
 * server's own role may not be allowed to (docs/grants.sql); it keeps what is younger than seven days, whoever asks.
 */
export async function deleteOldEvents(
  executor: Executor,
  { eventsRetentionDays, batchSize }: { eventsRetentionDays: number; batchSize: number },
): Promise<number> {
  const deleted = await executor.execute<{ count: number }>(
    sql`SELECT delete_old_security_events(${eventsRetentionDays}, ${batchSize})::int AS count`,
  )
  return deleted.rows[0]?.count ?? 0
}

/** Blanks what is personal in the events of a user who has just been deleted, in the same transaction. */
export async function forgetDeletedUser(executor: Executor, userId: string): Promise<void> {
  await executor.execute(sql`SELECT forget_deleted_user(${userId})`)
}
