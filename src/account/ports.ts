import type { SecurityEvent } from '../session/events.ts'
import type { Transaction } from '../session/ports.ts'
import type { Counter, Throttle } from './lockout.ts'

/** A person as the accounts know them. */
export type Account = {
  id: string
  email: string
  passwordHash: string | null
  roles: readonly string[]
  disabled: boolean
}

export type NewAccount = { id: string; email: string; passwordHash: string | null; roles: readonly string[] }

/** Postgres, as the accounts need it. Every failure to reach it is a `store_unavailable` problem. */
export type AccountStore = {
  find(userId: string): Promise<Account | null>
  /** Replaces the hash only if it is still the expected one. */
  replacePasswordHash(userId: string, expected: string, replacement: string): Promise<void>
  /**
   * In one statement: who has that address, without regard to case, and how the failed sign-ins of its subject stand,
   * by device: those of unknown devices, and those of `deviceId`.
   */
  findForSignIn(
    email: string,
    subject: Buffer,
    deviceId: string | null,
  ): Promise<{ account: Account | null; throttles: ReadonlyMap<string, Throttle> }>
  /** One compare-and-set: writes the next count, and the events, if the counter is still as it was read. */
  countFailure(
    subject: Buffer,
    counter: Counter,
    next: Throttle,
    events: readonly SecurityEvent[],
  ): Promise<boolean>
  transaction<T>(work: (tx: AccountTransaction) => Promise<T>): Promise<T>
}

export type AccountTransaction = Transaction & {
  /** Throws `email_taken`. */
  insertUser(user: NewAccount): Promise<void>
  updateUser(userId: string, change: { passwordHash?: string; disabled?: boolean }): Promise<void>
  /** Deletes the user and blanks personal data in what must stay: sessions and events. */
  deleteUser(userId: string): Promise<void>
  /** Forgets the failed sign-ins of the subjects: of one device, or without `deviceId` of all. */
  clearThrottles(subjects: readonly Buffer[], deviceId?: string): Promise<void>
}
