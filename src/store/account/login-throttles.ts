import { and, eq, inArray, or, sql } from 'drizzle-orm'
import { type Counter, type Throttle, unknownDevice, windowMs } from '../../account/lockout.ts'
import type { Account, AccountStore } from '../../account/ports.ts'
import type { SecurityEvent } from '../../session/events.ts'
import type { Database, Executor } from '../postgres/database.ts'
import { loginThrottles, users } from '../postgres/schema/users.ts'
import { eventRows, eventsInserted } from '../session/events.ts'

/** The state of an address before its password is checked, in one prepared statement. */
export function createSignInReader(database: Database): AccountStore['findForSignIn'] {
  const value = sql.placeholder
  const found = database.pooled
    .select({
      user: {
        id: users.id,
        email: users.email,
        passwordHash: users.passwordHash,
        roles: users.roles,
        disabledAt: users.disabledAt,
        deviceEpoch: users.deviceEpoch,
      },
      throttle: {
        deviceId: loginThrottles.deviceId,
        failures: loginThrottles.failures,
        windowStartedAt: loginThrottles.windowStartedAt,
        locks: loginThrottles.locks,
        lockedUntil: loginThrottles.lockedUntil,
      },
      otherDevices: sql<number>`CASE WHEN ${value('deviceId')} = ${unknownDevice} THEN 0 ELSE (
        SELECT count(*)::int FROM login_throttles AS other
        WHERE other.subject_hash = ${value('subject')} AND other.device_id NOT IN (${unknownDevice}, ${value('deviceId')})
          AND (other.window_started_at > ${value('since')}::timestamptz OR other.locked_until > ${value('now')}::timestamptz)
      ) END`,
    })
    // At least one row, so that a count is found without a user and a user without a count.
    .from(sql`(SELECT) AS asked`)
    .leftJoin(users, sql`lower(${users.email}) = lower(${value('email')})`)
    .leftJoin(
      loginThrottles,
      and(
        eq(loginThrottles.subjectHash, value('subject')),
        sql`${loginThrottles.deviceId} IN (${unknownDevice}, ${value('deviceId')})`,
      ),
    )
    .prepare('find_for_sign_in')

  return async (email, subject, deviceId, now) => {
    const [asOf, since] = [timestamp(now), timestamp(now - windowMs)]
    const rows = await database.run(() =>
      found.execute({ email, subject, deviceId: deviceId ?? unknownDevice, now: asOf, since }),
    )
    const throttles = new Map<string, Throttle>()
    for (const { throttle } of rows) if (throttle !== null) throttles.set(throttle.deviceId, throttle)
    const otherDevices = rows[0]?.otherDevices ?? 0
    return { account: accountOf(rows[0]?.user ?? null), failures: { throttles, otherDevices } }
  }
}

type UserRow = Omit<Account, 'disabled'> & { disabledAt: number | null }

function accountOf(row: UserRow | null): Account | null {
  if (row === null) return null
  const { disabledAt, ...account } = row
  return { ...account, disabled: disabledAt !== null }
}

/** One statement: the count and its events, if the row is unchanged, or still missing. */
export async function countFailure(
  executor: Executor,
  subject: Buffer,
  { deviceId, throttle }: Counter,
  next: Throttle,
  { userId, events }: { userId: string | null; events: readonly SecurityEvent[] },
): Promise<boolean> {
  const lockedUntil = next.lockedUntil === null ? null : timestamp(next.lockedUntil)
  const counted =
    throttle === null
      ? sql`
        INSERT INTO login_throttles
          (subject_hash, device_id, failures, window_started_at, locks, locked_until, user_id)
        VALUES (${subject}, ${deviceId}, ${next.failures}, ${timestamp(next.windowStartedAt)}, ${next.locks},
          ${lockedUntil}, ${userId})
        ON CONFLICT DO NOTHING`
      : sql`
        UPDATE login_throttles
        SET failures = ${next.failures}, window_started_at = ${timestamp(next.windowStartedAt)},
          locks = ${next.locks}, locked_until = ${lockedUntil}, user_id = ${userId}
        WHERE subject_hash = ${subject} AND device_id = ${deviceId} AND failures = ${throttle.failures}
          AND window_started_at = ${timestamp(throttle.windowStartedAt)} AND locks = ${throttle.locks}`
  const recorded = await executor.execute(sql`
    WITH counted AS (${counted} RETURNING 1) ${eventsInserted(eventRows(events), sql`CROSS JOIN counted`)}`)
  return (recorded.rowCount ?? 0) > 0
}

/** Deletes the failures of a subject on one device. */
export async function clearThrottle(executor: Executor, subject: Buffer, deviceId: string): Promise<void> {
  await executor
    .delete(loginThrottles)
    .where(and(eq(loginThrottles.subjectHash, subject), eq(loginThrottles.deviceId, deviceId)))
    .execute()
}

/**
 * Deletes all failures of a user: by the user's id, since an instance without the newest secret cannot compute its
 * subject, and by the subjects, for rows of earlier versions.
 */
export async function clearThrottlesOf(
  executor: Executor,
  userId: string,
  subjects: readonly Buffer[],
): Promise<void> {
  await executor
    .delete(loginThrottles)
    .where(or(eq(loginThrottles.userId, userId), inArray(loginThrottles.subjectHash, [...subjects])))
    .execute()
}

function timestamp(at: number): string {
  return new Date(at).toISOString()
}
