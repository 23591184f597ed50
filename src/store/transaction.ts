import { and, asc, inArray, isNull, sql } from 'drizzle-orm'
import { v7 as uuid } from 'uuid'
import type { SecurityEvent } from '../session/events.ts'
import type { Transaction } from '../session/ports.ts'
import type { Actor, RevocationReason } from '../session/session.ts'
import type { Executor } from './database.ts'
import { insertEvents } from './events.ts'
import { revocations, userSessions } from './schema.ts'
import { insertSession, liveSessionsOf, rotateSession } from './sessions.ts'
import { deleteUser, insertUser, lockUser, setDisabled, setPasswordHash } from './users.ts'

/** The statements of `Transaction`, bound to one connection. */
export function bindTransaction(executor: Executor): Transaction {
  return {
    lockUser: userId => lockUser(executor, userId),
    liveSessions: (userId, idle) => liveSessionsOf(executor, userId, idle),
    insertUser: user => insertUser(executor, user),
    insertSession: session => insertSession(executor, session),
    revoke: (sessionIds, by) => revokeSessions(executor, sessionIds, by),
    rotate: rotation => rotateSession(executor, rotation),
    setPasswordHash: (userId, passwordHash) => setPasswordHash(executor, userId, passwordHash),
    setDisabled: (userId, disabled) => setDisabled(executor, userId, disabled),
    deleteUser: userId => deleteUser(executor, userId),
    record: (events: readonly SecurityEvent[]) => insertEvents(executor, events),
  }
}

/** Marks the rows, and appends every id to the feed: a repeated revoke is announced like the first. */
async function revokeSessions(
  executor: Executor,
  sessionIds: readonly string[],
  by: { reason: RevocationReason; actor: Actor },
): Promise<string[]> {
  if (sessionIds.length === 0) return []
  const ids = [...sessionIds]
  await executor
    .select({ id: userSessions.id })
    .from(userSessions)
    .where(inArray(userSessions.id, ids))
    .orderBy(asc(userSessions.id))
    .for('no key update')
  const marked = await executor
    .update(userSessions)
    .set({
      revokedAt: sql`clock_timestamp()`,
      revokedReason: by.reason,
      revokedBy: by.actor,
      successorSealed: null,
    })
    .where(and(inArray(userSessions.id, ids), isNull(userSessions.revokedAt)))
    .returning({ id: userSessions.id })
  await executor
    .insert(revocations)
    .values(ids.map(sessionId => ({ sessionId, reason: by.reason, actor: by.actor, operationId: uuid() })))
    .onConflictDoNothing()
  return marked.map(row => row.id)
}
