import type { SessionContext } from '../context.ts'
import type { Revoked, Transaction } from '../ports.ts'
import type { Actor, Origin, RevocationReason, SessionState } from '../session.ts'

/** Who revokes, why, and from where; `note` is what an operator gave as the reason. */
export type RevokedBy = {
  reason: RevocationReason
  actor: Actor
  origin: Origin
  note?: string
  presented?: Presented | undefined
}

/** What a session was ended with, where that is not a token that its owner should still have. */
export type Presented = 'spent_refresh_token'

/**
 * Revokes sessions that are known by their ids. Idempotent: a repeat does, and waits for, the same. Resolves once it
 * is committed and holds on every instance; returns how many were not revoked before.
 */
export async function revokeSessions(
  { store, propagation }: SessionContext,
  target: { userId: string; sessionIds: readonly string[] },
  by: RevokedBy,
): Promise<number> {
  const revoked = await store.transaction(tx => revokeInTransaction(tx, target, by))
  await propagation.confirm(revoked)
  return countNew(revoked)
}

/** What ending a session has found. */
export type Ended =
  | { kind: 'ended' }
  /** It had been revoked before; nothing was written. */
  | { kind: 'repeated' }
  /** The database has no such session (any more). */
  | { kind: 'unknown' }

/**
 * Ends one session, as `state` says that it stands. A repeat writes nothing while the first is on the feed: it waits until
 * that holds on every instance, as the first did.
 */
export async function endSession(
  context: SessionContext,
  { id, userId, revokedAt }: Pick<SessionState, 'id' | 'userId' | 'revokedAt'>,
  by: RevokedBy,
): Promise<Ended> {
  const standing = revokedAt === null ? null : await context.store.findRevocation(id)
  if (standing !== null) {
    await context.propagation.confirmStanding(standing)
    return { kind: 'repeated' }
  }
  const isNew = (await revokeSessions(context, { userId, sessionIds: [id] }, by)) > 0
  return { kind: isNew ? 'ended' : 'repeated' }
}

/** A database that has lost commits may not know the session; a snapshot of it must not go on saying yes. */
export async function endLostSession(
  { store, propagation }: SessionContext,
  sessionId: string,
  by: { reason: RevocationReason; actor: Actor },
): Promise<Ended> {
  const standing = await store.findRevocation(sessionId)
  if (standing !== null) await propagation.confirmStanding(standing)
  else await propagation.confirm([await store.transaction(tx => tx.revokeLost(sessionId, by))])
  return { kind: 'unknown' }
}

/**
 * Revokes all of a person's sessions, but for `except`, under the lock of the user's row: no sign-in slips between.
 * Idle ones as well: another instance, or another configuration, may judge them to be live.
 */
export async function revokeSessionsOf(
  context: SessionContext,
  target: { userId: string; except: string | null },
  by: RevokedBy,
): Promise<number> {
  const revoked = await context.store.transaction(async tx => {
    await tx.lockUser(target.userId)
    return await revokeAllInTransaction(tx, target, by)
  })
  await context.propagation.confirm(revoked)
  return countNew(revoked)
}

/** For a transaction that holds the lock of the user's row. The caller tells the cache after the commit. */
export async function revokeAllInTransaction(
  tx: Transaction,
  target: { userId: string; except: string | null },
  by: RevokedBy,
): Promise<Revoked[]> {
  const sessionIds = (await tx.lockSessions(target.userId)).filter(id => id !== target.except)
  return await revokeInTransaction(tx, { userId: target.userId, sessionIds }, by)
}

/** Marks the sessions, and records an event for each that was not revoked before. */
export async function revokeInTransaction(
  tx: Transaction,
  { userId, sessionIds }: { userId: string; sessionIds: readonly string[] },
  { reason, actor, origin, note, presented }: RevokedBy,
): Promise<Revoked[]> {
  if (sessionIds.length === 0) return []
  const details = {
    reason,
    ...(note === undefined ? {} : { note }),
    ...(presented === undefined ? {} : { presented }),
  }
  const events = sessionIds.map(
    sessionId => ({ type: 'session_revoked', userId, sessionId, actor, origin, details }) as const,
  )
  return await tx.revoke(events, { reason, actor })
}

function countNew(revoked: readonly Revoked[]): number {
  return revoked.filter(session => session.isNew).length
}
