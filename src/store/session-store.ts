import type { SessionStore } from '../session/ports.ts'
import type { Database } from './database.ts'
import { createRotate } from './rotations.ts'
import { listLive } from './session-lists.ts'
import { createStateReader } from './session-states.ts'
import { findForOwner, recordActivity, renameSession } from './sessions.ts'
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
    transaction: work => database.transaction(executor => work(bindTransaction(executor))),
  }
}
