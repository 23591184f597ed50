import type { AccountTransaction } from '../../account/ports.ts'
import type { Executor } from '../postgres/database.ts'
import { bindTransaction } from '../session/transaction.ts'
import { clearThrottle, clearThrottlesOf } from './login-throttles.ts'
import { deleteUser, insertUser, updateUser } from './users.ts'

/** The statements of accounts and sessions in a transaction, bound to one connection. */
export function bindAccountTransaction(executor: Executor): AccountTransaction {
  return {
    ...bindTransaction(executor),
    insertUser: user => insertUser(executor, user),
    updateUser: (userId, change) => updateUser(executor, userId, change),
    deleteUser: userId => deleteUser(executor, userId),
    clearThrottle: (subject, deviceId) => clearThrottle(executor, subject, deviceId),
    clearThrottlesOf: (userId, subjects) => clearThrottlesOf(executor, userId, subjects),
  }
}
