import type { SessionContext } from './context.ts'
import type { SecurityEvent } from './events.ts'
import { idleDeadlines } from './policy.ts'
import type { Actor, Origin, RevocationReason } from './session.ts'

/** Who revokes, why, and from where; `note` is what an operator gave as the reason. */
export type RevokedBy = { reason: RevocationReason; actor: Actor; origin: Origin; note?: string }

/**
 * Revokes sessions that are known by their ids. Idempotent: a repeat does, and waits for, the same. Resolves once it
 * is committed in Postgres and Redis has been told; returns how many were not revoked before.
 */
export async function revokeSessions(
  { store, cache }: SessionContext,
  target: { userId: string; sessionIds: readonly string[] },
  by: RevokedBy,
): Promise<number> {
  if (target.sessionIds.length === 0) return 0
  const revoked = await store.transaction(async tx => {
    const newly = await tx.revoke(target.sessionIds, by)
    await tx.record(revocationEvents(target.userId, newly, by))
    return newly
  })
  await cache.revoke(target.sessionIds, by.reason)
  return revoked.length
}

/** Revokes a person's live sessions, but for `except`, under the lock of the user's row: no sign-in slips between. */
export async function revokeSessionsOf(
  { settings, clock, continuity, store, cache }: SessionContext,
  target: { userId: string; except: string | null },
  by: RevokedBy,
): Promise<number> {
  const { all, newly } = await store.transaction(async tx => {
    await tx.lockUser(target.userId)
    const live = await tx.liveSessions(
      target.userId,
      idleDeadlines(settings.policies, clock.now(), continuity.downtime),
    )
    const ids = live.map(session => session.id).filter(id => id !== target.except)
    const revoked = await tx.revoke(ids, by)
    await tx.record(revocationEvents(target.userId, revoked, by))
    return { all: ids, newly: revoked }
  })
  await cache.revoke(all, by.reason)
  return newly.length
}

export function revocationEvents(
  userId: string,
  sessionIds: readonly string[],
  { reason, actor, origin, note }: RevokedBy,
): SecurityEvent[] {
  return sessionIds.map(sessionId => ({
    type: 'session_revoked',
    userId,
    sessionId,
    actor,
    origin,
    details: note === undefined ? { reason } : { reason, note },
  }))
}
