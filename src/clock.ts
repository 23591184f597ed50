import { performance } from 'node:perf_hooks'

/** Milliseconds since the Unix epoch, by the database's clock. */
export type Instant = number

/**
 * The database's clock, carried on by this process' monotonic one, so that no instance's own clock decides
 * anything. A reading is never ahead of the database: it can lag by the time that the last answer travelled.
 */
export type Clock = {
  now(): Instant
  /** Milliseconds of the monotonic clock; for measuring how long something took. */
  monotonic(): number
  /** Takes over the database's time as it stood in an answer that has just arrived. */
  synchronise(databaseNow: Instant): void
}

export function createClock(): Clock {
  let offset = Date.now() - performance.now()
  return {
    now: () => Math.floor(offset + performance.now()),
    monotonic: () => performance.now(),
    synchronise(databaseNow) {
      offset = databaseNow - performance.now()
    },
  }
}

/** This machine's time for a `Date` header (RFC 9110 §6.6.1); nothing is decided by it. */
export function httpDate(): string {
  return new Date().toUTCString()
}
