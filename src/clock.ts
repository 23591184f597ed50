import { performance } from 'node:perf_hooks'

/** Milliseconds since the Unix epoch, by the database's clock. */
export type Instant = number

/**
 * The database's clock, carried on by this process' monotonic one, so that no instance's own clock decides anything.
 * A reading is never ahead of the database; it lags by the shortest time that one of the last answers travelled.
 */
export type Clock = {
  /** With a fraction of a millisecond. */
  now(): Instant
  /** Milliseconds of the monotonic clock; for measuring how long something took. */
  monotonic(): number
  /** Takes over the database's time as it stood in an answer that has just arrived. */
  synchronise(databaseNow: Instant): void
}

/** Few enough that a clock that was set, or drifts, is followed within seconds. */
const samplesKept = 10

export function createClock(): Clock {
  const samples: number[] = []
  let offset = Date.now() - performance.now()
  return {
    now: () => offset + performance.now(),
    monotonic: () => performance.now(),
    synchronise(databaseNow) {
      samples.push(databaseNow - performance.now())
      if (samples.length > samplesKept) samples.shift()
      // Every answer arrives late, and so each sample is too small by the time that it travelled.
      offset = Math.max(...samples)
    },
  }
}

/** Milliseconds that have passed since another reading, whatever is done to the machine's time. */
export const monotonic = (): number => performance.now()

/** This machine's time for a `Date` header (RFC 9110 §6.6.1); nothing is decided by it. */
export function httpDate(): string {
  return new Date().toUTCString()
}
