import { performance } from 'node:perf_hooks'

/** Milliseconds since the Unix epoch, by the database's clock. */
export type Instant = number

/**
 * The database's clock, continued by this process's monotonic clock, so that no decision depends on an instance's clock.
 * A reading is never ahead of the database; it lags by the shortest travel time of the last responses.
 */
export type Clock = {
  /** With a fraction of a millisecond. */
  now(): Instant
  /** Milliseconds of the monotonic clock; for measuring how long something took. */
  monotonic(): number
  /** Takes the database's time from a response that has just arrived. */
  synchronise(databaseNow: Instant): void
}

/** Few enough to follow a clock that is set or drifts within seconds. */
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
      // Every response arrives late, so each sample is too small by its travel time.
      offset = Math.max(...samples)
    },
  }
}

/** Milliseconds since another reading, regardless of changes to the machine's time. */
export const monotonic = (): number => performance.now()

/** This machine's time for a `Date` header (RFC 9110 §6.6.1); no decision depends on it. */
export function httpDate(): string {
  return new Date().toUTCString()
}
