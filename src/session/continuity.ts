import type { Instant } from '../clock.ts'
import { Problem } from '../errors.ts'

/** When the database could not be used. */
export type Outage = { from: Instant; to: Instant }

/**
 * The outages of the database, as far as this instance knows: those that it has seen, and those that the database has on
 * record. No grace runs out and no session goes idle during one. An outage that was once counted stays counted, and none
 * is counted for a time in which this instance has judged anything: so what was over once stays over.
 */
export type Continuity = {
  /** When the database last answered. */
  lastReached(): Instant
  /** The database answered; `monotonic` in milliseconds of the process's own clock, which no correction moves. */
  reached(now: Instant, monotonic: number): void
  /** The database did not answer. */
  missed(now: Instant): void
  /** Outages on record: from before this instance started, and those that it has slept through. */
  learn(outages: readonly Outage[]): void
  /**
   * Throws `store_unavailable` while an outage that has just ended may not be known here: after a start, and after a
   * freeze. For verdicts that an outage would change: that a grace is over, or a session idle.
   */
  requireKnown(monotonic: number): void
  /** Milliseconds of [from, to] during which the database was down. */
  downtime(from: Instant, to: Instant): number
  /** The latest instant before `now` from which that many milliseconds were no outage. */
  before(now: Instant, countedMs: number): Instant
}

/** One slow answer is chance, and not an outage. */
const missesToBeDown = 2

/** Milliseconds without an answer after which there may have been an outage that is not known yet. */
const unknownAfterMs = 3_000

/** The oldest of more outages are forgotten. */
const remembered = 100

export function createContinuity(): Continuity {
  let outages: readonly Outage[] = []
  /** The outage under way began when it was noticed: until then this instance may have judged by the clock as it was. */
  let downSince: Instant | null = null
  let lastReached = 0
  let lastReachedMonotonic = Number.NEGATIVE_INFINITY
  let hasLearned = false
  let misses = 0

  function learn(more: readonly Outage[]): void {
    hasLearned = true
    outages = united([...outages, ...more]).slice(-remembered)
  }

  function until(now: Instant): readonly Outage[] {
    return downSince === null || downSince >= now
      ? outages
      : united([...outages, { from: downSince, to: now }])
  }

  return {
    lastReached: () => lastReached,
    reached(now, monotonic) {
      if (downSince !== null) outages = united([...outages, { from: downSince, to: now }]).slice(-remembered)
      downSince = null
      misses = 0
      lastReached = now
      lastReachedMonotonic = monotonic
    },
    missed(now) {
      misses++
      if (misses >= missesToBeDown && lastReached > 0) downSince ??= now
    },
    learn,
    requireKnown(monotonic) {
      const isCounted = downSince !== null || monotonic - lastReachedMonotonic <= unknownAfterMs
      if (hasLearned && isCounted) return
      throw new Problem('store_unavailable', {
        detail:
          'This instance does not know yet for how long the service was down; nothing was changed. Try again.',
        retryAfterSeconds: 1,
      })
    },
    downtime(from, to) {
      let sum = 0
      for (const outage of until(to)) {
        sum += Math.max(0, Math.min(to, outage.to) - Math.max(from, outage.from))
      }
      return sum
    },
    before(now, countedMs) {
      let left = countedMs
      let end = now
      for (const { from, to } of until(now).toReversed()) {
        if (end - to >= left) break
        left -= Math.max(0, end - to)
        end = Math.min(end, from)
      }
      return end - left
    },
  }
}

/** In their order, and without overlaps: no time is counted twice. */
function united(outages: readonly Outage[]): Outage[] {
  const union: Outage[] = []
  for (const outage of outages.toSorted((one, other) => one.from - other.from)) {
    const last = union.at(-1)
    if (outage.to <= outage.from) continue
    if (last === undefined || outage.from > last.to) union.push({ ...outage })
    else last.to = Math.max(last.to, outage.to)
  }
  return union
}
