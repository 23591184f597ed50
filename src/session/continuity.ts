import type { Instant } from '../clock.ts'

/**
 * Since when this instance has had its database without a break. A grace must not run out, and a session must not
 * go idle, while nobody could have used it.
 */
export type Continuity = {
  /** The first answer of the database, or the end of the last outage. */
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

/** One slow answer is chance, and must not open a grace anew. */
const missesToBeAway = 2

/** More outages than this are forgotten, oldest first. */
const remembered = 100

export function createContinuity(): Continuity {
  const outages: { from: Instant; to: Instant }[] = []
  let since = 0
  let lastReached = 0
  let away = true
  let misses = 0
  return {
    since: () => since,
    lastReached: () => lastReached,
    reached(now) {
      if (away) {
        // What was before the first answer is unknown, not an outage: it must not keep a forgotten session alive.
        if (lastReached > 0) outages.push({ from: lastReached, to: now })
        if (outages.length > remembered) outages.shift()
        since = now
      }
      away = false
      misses = 0
      lastReached = now
    },
    missed() {
      misses++
      if (misses >= missesToBeAway) away = true
    },
    downtime(from, to) {
      const current = away && lastReached > 0 ? [{ from: lastReached, to }] : []
      return [...outages, ...current].reduce(
        (sum, outage) => sum + Math.max(0, Math.min(to, outage.to) - Math.max(from, outage.from)),
        0,
      )
    },
  }
}
