import type { SessionStore } from '../../session/ports.ts'
import type { Database } from '../postgres/database.ts'
import { listLive } from './lists.ts'
import { findRevocation } from './revocation/revocations.ts'
import { createRotate } from './rotations.ts'
import { findForOwner, recordActivity, renameSession } from './sessions.ts'
import { createStateReader } from './states.ts'
import { bindTransaction } from './transaction.ts'

/** Statements outside of a transaction. */
export function createSessionStore(database: Database): SessionStore {
  return {
    find: createStateReader(database),
    findForOwner: (sessionId, userId) => database.run(executor => findForOwner(executor, sessionId, userId)),
    listLive: (userId, idle, page) => database.run(executor => listLive(executor, userId, idle, page)),
    rename: (sessionId, userId, deviceName, idle) =>
      database.run(executor => renameSession(executor, sessionId, userId, deviceName, idle)),
    rotate: createRotate(database),
    recordActivity: entries => database.run(executor => recordActivity(executor, entries)),
    findRevocation: sessionId => database.run(executor => findRevocation(executor, sessionId)),
    transaction: work => database.transaction(executor => work(bindTransaction(executor))),
  }
}
