import { v7 as uuid } from 'uuid'
import { Problem } from '../errors.ts'
import type { SecurityEvent } from '../session/events.ts'
import type { Actor, DoneBy, Origin } from '../session/session.ts'
import type { ImportedHash } from './hashing/imported/recipe.ts'
import { pastCosts } from './hashing/imported/stored.ts'
import { createManagement } from './management.ts'
import type { AccountParts } from './parts.ts'
import { createPasswordChange } from './password/change.ts'
import { commonPasswords } from './password/common-passwords.ts'
import { weaknessOf } from './password/rules.ts'
import type { Account } from './ports.ts'

export type AccountSettings = {
  /** In characters, as a person counts them. */
  shortestPassword: number
}

/** `hash` is null for a user who signs in by other means. */
export type ImportedUser = { email: string; hash: ImportedHash | null; roles: readonly string[] }
export type PreparedUser = { email: string; passwordHash: string | null; roles: readonly string[] }

/** Each is one probe of an index. Further ones are learned of when their users sign in. */
const mostKinds = 100

export type Accounts = ReturnType<typeof createAccounts>

/** Users with passwords: registers and imports them, changes the password, unlocks, manages and ends an account. */
export function createAccounts(parts: AccountParts, settings: AccountSettings) {
  const { accounts, passwords, credentials } = parts

  async function weakness(password: string, email: string): Promise<string | null> {
    return weaknessOf(password, email, {
      shortest: settings.shortestPassword,
      common: await commonPasswords(),
    })
  }

  /** Throws `email_taken` and `weak_password`. Without a password the person signs in by other means. */
  async function register(
    request: { email: string; password: string | null; roles?: readonly string[] },
    by: { actor: Actor | null; origin: Origin },
  ): Promise<Pick<Account, 'id' | 'email' | 'roles'>> {
    const { email, password, roles = [] } = request
    const detail = password === null ? null : await weakness(password, email)
    if (detail !== null) throw new Problem('weak_password', { detail })
    const passwordHash = password === null ? null : await passwords.hash(password)
    const account = { id: uuid(), email, passwordHash, roles }
    await accounts.transaction(async tx => {
      await tx.insertUser(account)
      await tx.record([userEvent('user_created', account.id, { ...by, actor: by.actor ?? account.id })])
    })
    return account
  }

  /**
   * A user of another system with the hash that it has, or without a password; null when the address is taken. What is
   * returned is the work that takes time, apart from the row, so that it can be done ahead.
   */
  async function prepareImport(user: ImportedUser): Promise<PreparedUser | null> {
    if (await accounts.hasAddress(user.email)) return null
    const passwordHash = user.hash === null ? null : await passwords.wrap(user.hash)
    return { email: user.email, roles: user.roles, passwordHash }
  }

  /** False when the address is taken. The hash is replaced by today's at the next sign-in. */
  async function importUser(user: PreparedUser, by: DoneBy): Promise<boolean> {
    const id = uuid()
    try {
      await accounts.transaction(async tx => {
        await tx.insertUser({ ...user, id })
        await tx.record([userEvent('user_created', id, by)])
      })
      return true
    } catch (error) {
      if (error instanceof Problem && error.code === 'email_taken') return false
      throw error
    }
  }

  /** Reads which kinds of imported hashes users still have, so that every refusal takes as long as the slowest. */
  async function followImports(): Promise<void> {
    const examples: string[] = []
    let past = ''
    while (examples.length < mostKinds) {
      const found = await accounts.nextImportedHash(past)
      if (found === null) break
      examples.push(found)
      past = pastCosts(found)
    }
    await passwords.learnImported(examples)
  }

  /**
   * Forgets the failed sign-ins on all devices, and with them any lock; and the devices, one of which may have been the
   * cause. False when there is no such user.
   */
  async function unlock(userId: string, by: DoneBy): Promise<boolean> {
    const account = await accounts.find(userId)
    if (account === null) return false
    await accounts.transaction(async tx => {
      await tx.clearThrottlesOf(userId, credentials.subjectsOf(account.email))
      await tx.updateUser(userId, { forgetsDevices: true })
      await tx.record([userEvent('account_unlocked', userId, by)])
    })
    return true
  }

  return {
    find: accounts.find,
    register,
    prepareImport,
    importUser,
    followImports,
    deviceOf: credentials.deviceOf,
    changePassword: createPasswordChange({ ...parts, weaknessOf: weakness }),
    ...createManagement(parts),
    unlock,
    warmUp: passwords.warmUp,
  }
}

function userEvent(
  type: 'user_created' | 'account_unlocked',
  userId: string,
  { actor, origin }: DoneBy,
): SecurityEvent {
  return { type, userId, sessionId: null, actor, origin, details: {} }
}
