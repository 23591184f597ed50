import { and, eq, gt, isNull, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Instant } from '../../clock.ts'
import type { DeviceFacts } from '../../session/device/device.ts'
import type { SecurityEvent } from '../../session/events.ts'
import type { IdleDeadlines } from '../../session/policy.ts'
import type { NewSession, Session } from '../../session/session.ts'
import type { Executor } from '../postgres/database.ts'
import { preparedOnce } from '../postgres/prepared.ts'
import { userSessions } from '../postgres/schema/sessions.ts'
import { eventRows, eventsInserted } from './events.ts'
import { isCutOff } from './revocation/cutoffs.ts'

/** What its owner may see of it. */
export const sessionColumns = {
  id: userSessions.id,
  userId: userSessions.userId,
  clientType: userSessions.clientType,
  authMethod: userSessions.authMethod,
  deviceName: userSessions.deviceName,
  device: userSessions.deviceInfo,
  ipAddress: userSessions.ipAddress,
  userAgent: userSessions.userAgent,
  createdAt: userSessions.createdAt,
  lastActivityAt: userSessions.lastActivityAt,
  expiresAt: userSessions.expiresAt,
  revokedAt: userSessions.revokedAt,
  revokedReason: userSessions.revokedReason,
  contextChangedAt: userSessions.contextChangedAt,
}

/** The session only if it is this user's; whether it is live is for the caller to say. */
export async function findForOwner(
  executor: Executor,
  sessionId: string,
  userId: string,
): Promise<Session | null> {
  const [row] = await executor
    .select(sessionColumns)
    .from(userSessions)
    .where(and(eq(userSessions.id, sessionId), eq(userSessions.userId, userId)))
  return row ?? null
}

/** Null when this user has no such live session; then nothing was changed. */
export async function renameSession(
  executor: Executor,
  sessionId: string,
  userId: string,
  deviceName: string,
  idle: IdleDeadlines,
): Promise<Session | null> {
  const [renamed] = await executor
    .update(userSessions)
    .set({ deviceName })
    .where(and(eq(userSessions.id, sessionId), eq(userSessions.userId, userId), isLive(idle)))
    .returning(sessionColumns)
  return renamed ?? null
}

/** Whose session it is, ended or not; null when there is none. */
export async function ownerOf(executor: Executor, sessionId: string): Promise<string | null> {
  const { id, userId } = userSessions
  const [row] = await executor.select({ userId }).from(userSessions).where(eq(id, sessionId))
  return row?.userId ?? null
}

/**
 * With its events: one statement, one answer to wake up for. `created_at` is taken after the locks, and never before a
 * bulk revocation that has already been decided: a later sign-in is never counted among the earlier ones.
 */
const sessionToInsert = preparedOnce(executor => {
  const value = sql.placeholder
  const moment = executor
    .$with('moment', { now: sql<Instant>`now`.as('now') })
    .as(sql`SELECT greatest(clock_timestamp(), (SELECT max(issued_before) FROM cutoffs)) AS now`)
  const recorded = executor.$with('recorded', {}).as(eventsInserted(value('events'), sql``))
  const now = sql`(SELECT now FROM moment)`
  return executor
    .with(moment, recorded)
    .insert(userSessions)
    .values({
      id: value('id'),
      userId: value('userId'),
      clientType: value('clientType'),
      authMethod: value('authMethod'),
      deviceName: value('deviceName'),
      deviceInfo: value('device'),
      ipAddress: value('ipAddress'),
      userAgent: value('userAgent'),
      accessTokenHash: value('accessTokenHash'),
      refreshTokenHash: value('refreshTokenHash'),
      familyHash: value('familyHash'),
      rotatedAt: now,
      createdAt: now,
      authenticatedAt: now,
      lastActivityAt: now,
      refreshExpiresAt: sql`${now} + make_interval(secs => ${value('refreshLifetimeSeconds')})`,
      expiresAt: sql`${now} + make_interval(secs => ${value('absoluteLifetimeSeconds')})`,
    })
    .returning({ refreshExpiresAt: userSessions.refreshExpiresAt, expiresAt: userSessions.expiresAt })
    .prepare('insert_session')
})

export async function insertSession(
  executor: Executor,
  { origin, ...session }: NewSession,
  events: readonly SecurityEvent[],
): Promise<{ refreshExpiresAt: Instant; expiresAt: Instant }> {
  const [row] = await sessionToInsert(executor).execute({ ...session, ...origin, events: eventRows(events) })
  if (row === undefined) throw new Error('the new session was not returned')
  return row
}

/** Not revoked, not past its absolute limit, not idle, not covered by a bulk revocation. */
export function isLive(
  idle: readonly { clientType: string; activeSince: Instant | SQLWrapper }[],
): SQL | undefined {
  const active = idle.map(({ clientType, activeSince }) =>
    and(eq(userSessions.clientType, clientType), gt(userSessions.lastActivityAt, activeSince)),
  )
  return and(
    isNull(userSessions.revokedAt),
    gt(userSessions.expiresAt, sql`clock_timestamp()`),
    or(...active) ?? sql`false`,
    sql`NOT ${isCutOff}`,
  )
}

const activeSinceOf = (clientType: string) => `activeSince ${clientType}`

/** `isLive` in a statement that is prepared. The client types are those of the settings, the same each time. */
export function isLiveThen(idle: IdleDeadlines): SQL | undefined {
  const { lastActivityAt } = userSessions
  const instant = (name: string) => sql.param(sql.placeholder(name), lastActivityAt)
  return isLive(
    idle.map(({ clientType }) => ({ clientType, activeSince: instant(activeSinceOf(clientType)) })),
  )
}

/** What such a statement is executed with. */
export function idleValues(idle: IdleDeadlines): Record<string, Instant> {
  return Object.fromEntries(
    idle.map(({ clientType, activeSince }) => [activeSinceOf(clientType), activeSince]),
  )
}

/** No snapshot is older. */
const wasRevokedLately = gt(userSessions.revokedAt, sql`clock_timestamp() - interval '70 minutes'`)

/**
 * Those that are not revoked, and those that were revoked lately: a revocation that is repeated is waited for like the
 * first one, which may have been answered with a 503. In the order of the ids, like every statement that locks more
 * than one session: no deadlocks.
 */
export async function lockSessionsOf(executor: Executor, userId: string): Promise<string[]> {
  const locked = await executor
    .select({ id: userSessions.id })
    .from(userSessions)
    .where(and(eq(userSessions.userId, userId), or(isNull(userSessions.revokedAt), wasRevokedLately)))
    .orderBy(userSessions.id)
    .for('no key update')
  return locked.map(session => session.id)
}

const sessionsThatLive = preparedOnce((executor, idle: IdleDeadlines) =>
  executor
    .select({ id: userSessions.id, clientType: userSessions.clientType })
    .from(userSessions)
    .where(and(eq(userSessions.userId, sql.placeholder('userId')), isLiveThen(idle)))
    .orderBy(userSessions.lastActivityAt, userSessions.id)
    .prepare('live_sessions_of_user'),
)

/** Least recently active first. */
export function liveSessionsOf(executor: Executor, userId: string, idle: IdleDeadlines) {
  return sessionsThatLive(executor, idle).execute({ userId, ...idleValues(idle) })
}

const sessionOnDevice = preparedOnce(executor => {
  const device = sql.param(sql.placeholder('device'), userSessions.deviceInfo)
  return executor
    .select({ id: userSessions.id })
    .from(userSessions)
    .where(and(eq(userSessions.userId, sql.placeholder('userId')), eq(userSessions.deviceInfo, device)))
    .limit(1)
    .prepare('session_on_device')
})

/** Whether one of the user's sessions, ended or not, began on such a device. */
export async function knowsDevice(executor: Executor, userId: string, device: DeviceFacts): Promise<boolean> {
  const known = await sessionOnDevice(executor).execute({ userId, device })
  return known.length > 0
}

/** False when it is noted already. */
export async function noteFormerToken(executor: Executor, sessionId: string): Promise<boolean> {
  const noted = await executor
    .update(userSessions)
    .set({ formerTokenSeenAt: sql`clock_timestamp()` })
    .where(and(eq(userSessions.id, sessionId), isNull(userSessions.formerTokenSeenAt)))
    .returning({ id: userSessions.id })
  return noted.length > 0
}

/** False when it is marked already, or revoked. */
export async function markContextChanged(executor: Executor, sessionId: string): Promise<boolean> {
  const marked = await executor
    .update(userSessions)
    .set({ contextChangedAt: sql`clock_timestamp()` })
    .where(
      and(
        eq(userSessions.id, sessionId),
        isNull(userSessions.contextChangedAt),
        isNull(userSessions.revokedAt),
      ),
    )
    .returning({ id: userSessions.id })
  return marked.length > 0
}

/** Locks in the order of the ids, like every statement that locks more than one session: no deadlocks. */
export async function recordActivity(
  executor: Executor,
  entries: readonly { sessionId: string; at: Instant }[],
): Promise<void> {
  const ids = entries.map(entry => entry.sessionId)
  const instants = entries.map(entry => new Date(entry.at).toISOString())
  await executor.execute(sql`
    WITH noted AS (
      SELECT * FROM unnest(${sql.param(ids)}::uuid[], ${sql.param(instants)}::timestamptz[]) AS noted (id, at)
    ), locked AS (
      SELECT id FROM user_sessions WHERE id IN (SELECT id FROM noted) ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE user_sessions AS session
    SET last_activity_at = greatest(session.last_activity_at, noted.at)
    FROM locked JOIN noted USING (id)
    WHERE session.id = locked.id AND session.revoked_at IS NULL`)
}
