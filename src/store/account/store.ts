import type { AccountStore } from '../../account/ports.ts'
import type { Database } from '../postgres/database.ts'
import { countFailure, createSignInReader } from './login-throttles.ts'
import { bindAccountTransaction } from './transaction.ts'
import { findUser, hasAddress, nextImportedHash, replacePasswordHash } from './users.ts'

export function createAccountStore(database: Database): AccountStore {
  return {
    find: userId => database.run(executor => findUser(executor, userId)),
    hasAddress: email => database.run(executor => hasAddress(executor, email)),
    nextImportedHash: past => database.run(executor => nextImportedHash(executor, past)),
    replacePasswordHash: (userId, expected, replacement) =>
      database.run(executor => replacePasswordHash(executor, userId, expected, replacement)),
    findForSignIn: createSignInReader(database),
    countFailure: (subject, counter, next, about) =>
      database.run(executor => countFailure(executor, subject, counter, next, about)),
    transaction: work => database.transaction(executor => work(bindAccountTransaction(executor))),
  }
}
