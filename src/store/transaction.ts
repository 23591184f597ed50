import { asc, inArray, sql } from 'drizzle-orm'
import { v7 as uuid } from 'uuid'
import type { SecurityEvent } from '../session/events.ts'
import type { Revoked, Transaction } from '../session/ports.ts'
import type { Actor, RevocationReason } from '../session/session.ts'
import type { Executor } from './database.ts'
import { insertEvents } from './events.ts'
import { revocations, userSessions } from './schema.ts'
import { insertSession, liveSessionsOf, lockSessionsOf, rotateSession } from './sessions.ts'
import { deleteUser, insertUser, lockUser, updateUser } from './users.ts'

/** The statements of `Transaction`, bound to one connection. */
export function bindTransaction(executor: Executor): Transaction {
  return {
    lockUser: userId => lockUser(executor, userId),
    liveSessions: (userId, idle) => liveSessionsOf(executor, userId, idle),
    insertUser: user => insertUser(executor, user),
    insertSession: session => insertSession(executor, session),
    revoke: (sessionIds, by) => revokeSessions(executor, sessionIds, by),
    rotate: rotation => rotateSession(executor, rotation),
    lockSessions: userId => lockSessionsOf(executor, userId),
    updateUser: (userId, change) => updateUser(executor, userId, change),
    deleteUser: userId => deleteUser(executor, userId),
    record: (events: readonly SecurityEvent[]) => insertEvents(executor, events),
  }
}

/** Marks the rows, and appends every session to the feed: a repeated revoke is announced like the first. */
async function revokeSessions(
  executor: Executor,
  sessionIds: readonly string[],
  by: { reason: RevocationReason; actor: Actor },
): Promise<Revoked[]> {
  const locked = await executor
    .select({ sessionId: userSessions.id, revokedReason: userSessions.revokedReason })
    .from(userSessions)
    .where(inArray(userSessions.id, [...sessionIds]))
    .orderBy(asc(userSessions.id))
    .for('no key update')
  if (locked.length === 0) return []
  const [transaction] = await executor
    .select({ xid: sql<string>`pg_current_xact_id()::text` })
    .from(sql`(SELECT) AS one`)
  const revoked = locked.map(({ sessionId, revokedReason }) => ({
    sessionId,
    reason: revokedReason ?? by.reason,
    isNew: revokedReason === null,
    xid: transaction?.xid ?? '',
  }))
  const unmarked = revoked.filter(session => session.isNew).map(session => session.sessionId)
  if (unmarked.length > 0) {
    await executor
      .update(userSessions)
      .set({
        revokedAt: sql`clock_timestamp()`,
        revokedReason: by.reason,
        revokedBy: by.actor,
        successorSealed: null,
      })
      .where(inArray(userSessions.id, unmarked))
  }
  await executor
    .insert(revocations)
    .values(
      revoked.map(({ sessionId, reason }) => ({ sessionId, reason, actor: by.actor, operationId: uuid() })),
    )
    // A repeated revocation is announced, and waited for, like the first.
    .onConflictDoUpdate({
      target: revocations.sessionId,
      set: { xid: sql`excluded.xid`, createdAt: sql`excluded.created_at` },
    })
  return revoked
}
