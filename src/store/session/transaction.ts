import type { SecurityEvent } from '../../session/events.ts'
import type { Transaction } from '../../session/ports.ts'
import type { Executor } from '../postgres/database.ts'
import { insertEvents } from './events.ts'
import { revokeLostSession, revokeSessions } from './revocation/revoke.ts'
import { announceUser } from './revocation/user-changes.ts'
import { renewSession, rotateSession } from './rotations.ts'
import {
  insertSession,
  knowsDevice,
  liveSessionsOf,
  lockSessionsOf,
  markContextChanged,
  noteFormerToken,
} from './sessions.ts'
import { lockUser } from './user-lock.ts'

/** What the sessions do in a transaction, bound to one connection. */
export function bindTransaction(executor: Executor): Transaction {
  return {
    lockUser: userId => lockUser(executor, userId),
    async lockUserToStart(userId, idle, device) {
      // Sent at once and answered in this order: those behind the lock see what its last holder has committed.
      const [user, liveSessions, isKnown] = await Promise.all([
        lockUser(executor, userId),
        liveSessionsOf(executor, userId, idle),
        device !== null && knowsDevice(executor, userId, device),
      ])
      return user === null ? null : { user, liveSessions, knowsDevice: isKnown }
    },
    insertSession: (session, events) => insertSession(executor, session, events),
    revoke: (events, by) => revokeSessions(executor, events, by),
    revokeLost: (sessionId, by) => revokeLostSession(executor, sessionId, by),
    rotate: rotation => rotateSession(executor, rotation),
    renew: renewal => renewSession(executor, renewal),
    announceUser: userId => announceUser(executor, userId),
    noteFormerToken: sessionId => noteFormerToken(executor, sessionId),
    lockSessions: userId => lockSessionsOf(executor, userId),
    markContextChanged: sessionId => markContextChanged(executor, sessionId),
    record: (events: readonly SecurityEvent[]) => insertEvents(executor, events),
  }
}
