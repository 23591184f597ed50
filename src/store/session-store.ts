import type { SessionStore } from '../session/ports.ts'
import type { Database } from './database.ts'
import { listLive } from './session-lists.ts'
import { createStateReader } from './session-states.ts'
import { findForOwner, recordActivity, renameSession, rotation, rotationValues } from './sessions.ts'
import { bindTransaction } from './transaction.ts'

/** Statements outside of a transaction; the hot ones are prepared, so that Postgres parses and plans them once. */
export function createSessionStore(database: Database): SessionStore {
  const rotateRow = rotation(database.pooled).prepare('rotate_session')

  return {
    find: createStateReader(database),
    findForOwner: (sessionId, userId) => database.run(executor => findForOwner(executor, sessionId, userId)),
    listLive: (userId, idle, page) => database.run(executor => listLive(executor, userId, idle, page)),
    rename: (sessionId, userId, deviceName, idle) =>
      database.run(executor => renameSession(executor, sessionId, userId, deviceName, idle)),
    async rotate(change) {
      const [row] = await database.run(() => rotateRow.execute(rotationValues(change)))
      return row?.rotatedAt ?? null
    },
    recordActivity: entries => database.run(executor => recordActivity(executor, entries)),
    transaction: work => database.transaction(executor => work(bindTransaction(executor))),
  }
}
