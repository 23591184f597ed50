import type { SessionContext } from '../session/context.ts'
import { type Credentials, createCredentials } from './credentials.ts'
import { createPasswords, type Passwords } from './hashing/passwords.ts'
import type { SignInObserver } from './observer.ts'
import type { AccountStore } from './ports.ts'

/** What everything that checks or sets a password works with. */
export type AccountParts = {
  context: SessionContext
  accounts: AccountStore
  passwords: Passwords
  credentials: Credentials
}

export function createAccountParts(
  context: SessionContext,
  accounts: AccountStore,
  observer: SignInObserver,
): AccountParts {
  const passwords = createPasswords(context.clock)
  return {
    context,
    accounts,
    passwords,
    credentials: createCredentials(context, accounts, passwords, observer.locked),
  }
}
