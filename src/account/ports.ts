import type { Instant } from '../clock.ts'
import type { SecurityEvent } from '../session/events.ts'
import type { Transaction } from '../session/ports.ts'
import type { Counter, Failures, Throttle } from './lockout.ts'

/** A person as the accounts know them. */
export type Account = {
  id: string
  email: string
  passwordHash: string | null
  roles: readonly string[]
  disabled: boolean
  /** Device tokens of another epoch are no longer this user's. */
  deviceEpoch: number
}

/** `forgetsDevices` begins another device epoch. */
export type UserChange = {
  passwordHash?: string
  roles?: readonly string[]
  disabled?: boolean
  forgetsDevices?: boolean
}

export type NewAccount = { id: string; email: string; passwordHash: string | null; roles: readonly string[] }

/** Postgres, as the accounts need it. Every failure to reach it is a `store_unavailable` problem. */
export type AccountStore = {
  find(userId: string): Promise<Account | null>
  /** Whether a user has that address, without regard to case. */
  hasAddress(email: string): Promise<boolean>
  /** The first hash, in the order of their bytes, that is not of today's parameters and comes after `past`. */
  nextImportedHash(past: string): Promise<string | null>
  /** Replaces the hash only if it is still the expected one. */
  replacePasswordHash(userId: string, expected: string, replacement: string): Promise<void>
  /**
   * In one statement: who has that address, without regard to case, and how the failed sign-ins of its subject stand:
   * of unknown devices, of `deviceId`, and of how many others.
   */
  findForSignIn(
    email: string,
    subject: Buffer,
    deviceId: string | null,
    now: Instant,
  ): Promise<{ account: Account | null; failures: Failures }>
  /** One compare-and-set: writes the next count, and the events, if the counter is still as it was read. */
  countFailure(
    subject: Buffer,
    counter: Counter,
    next: Throttle,
    about: { userId: string | null; events: readonly SecurityEvent[] },
  ): Promise<boolean>
  transaction<T>(work: (tx: AccountTransaction) => Promise<T>): Promise<T>
}

export type AccountTransaction = Transaction & {
  /** Throws `email_taken`. */
  insertUser(user: NewAccount): Promise<void>
  updateUser(userId: string, change: UserChange): Promise<void>
  /** Deletes the user and blanks personal data in what must stay: sessions and events. */
  deleteUser(userId: string): Promise<void>
  /** Forgets the failed sign-ins of a subject on one device. */
  clearThrottle(subject: Buffer, deviceId: string): Promise<void>
  /** Forgets all failed sign-ins of a user, under every secret; `subjects` finds those that name no user. */
  clearThrottlesOf(userId: string, subjects: readonly Buffer[]): Promise<void>
}
