import type { Instant } from '../clock.ts'

/**
 * Since when this instance has had its database without a break. A grace must not run out, and a session must not
 * go idle, while nobody could have used it.
 */
export type Continuity = {
  /** The start of the process, or the end of the last outage. */
  since(): Instant
  /** When the database last answered. */
  lastReached(): Instant
  /** The database answered. */
  reached(now: Instant): void
  /** The database did not answer. */
  missed(): void
  /** Milliseconds of [from, to] during which the database was away, as far as this process has seen. */
  downtime(from: Instant, to: Instant): number
}

/** More outages than this are forgotten, oldest first. */
const remembered = 100

export function createContinuity(startedAt: Instant): Continuity {
  const outages: { from: Instant; to: Instant }[] = []
  let since = startedAt
  let lastReached = startedAt
  let away = false
  return {
    since: () => since,
    lastReached: () => lastReached,
    reached(now) {
      if (away) {
        outages.push({ from: lastReached, to: now })
        if (outages.length > remembered) outages.shift()
        since = now
        away = false
      }
      lastReached = now
    },
    missed() {
      away = true
    },
    downtime(from, to) {
      const current = away ? [{ from: lastReached, to }] : []
      return [...outages, ...current].reduce(
        (sum, outage) => sum + Math.max(0, Math.min(to, outage.to) - Math.max(from, outage.from)),
        0,
      )
    },
  }
}
