import type { Instant } from '../clock.ts'
import { activityStepSeconds, type Policy } from './policy.ts'
import type { SessionStore } from './ports.ts'

/** Collects activity in memory and writes it in few statements, so that verify costs no write. */
export type Activity = {
  /** At most once per step and session; `lastKnown` is what the caller has read of the session. */
  note(sessionId: string, lastKnown: Instant, now: Instant, policy: Policy): void
  /** Writes what was noted. On failure it stays noted, for the next time. */
  flush(): Promise<void>
}

/** Past this many sessions between two flushes further notes are dropped: memory is bounded, an idle limit is not. */
const capacity = 200_000

/** As long as the longest step: a note older than this is no longer needed to hold the next one back. */
const rememberedMs = 60_000

export function createActivity(store: Pick<SessionStore, 'recordActivity'>): Activity {
  let pending = new Map<string, Instant>()
  /** What was noted lately, as snapshots in the cache do not show it yet. */
  const noted = new Map<string, Instant>()

  return {
    note(sessionId, lastKnown, now, policy) {
      const stepMs = activityStepSeconds(policy) * 1000
      // What was read may say it, and spares a look at what was noted (0.24 µs, docs/internals/performance.md).
      if (now - lastKnown < stepMs || now - (noted.get(sessionId) ?? 0) < stepMs) return
      if (pending.size >= capacity && !pending.has(sessionId)) return
      pending.set(sessionId, now)
      // Deleted first, so that the map stays in the order of its instants.
      noted.delete(sessionId)
      noted.set(sessionId, now)
    },
    async flush() {
      if (pending.size === 0) return
      const writing = pending
      pending = new Map()
      let newest = 0
      try {
        for (const batch of batches(writing)) {
          await store.recordActivity(batch)
          for (const { sessionId, at } of batch) {
            writing.delete(sessionId)
            newest = Math.max(newest, at)
          }
        }
        forget(noted, newest - rememberedMs)
      } catch (error) {
        for (const [sessionId, at] of pending) writing.set(sessionId, at)
        pending = writing
        throw error
      }
    },
  }
}

/** 1,000 rows take about a tenth of a second; 20,000 in one statement would run into its timeout. */
const batchSize = 1_000

function* batches(noted: ReadonlyMap<string, Instant>): Generator<{ sessionId: string; at: Instant }[]> {
  const entries = [...noted].map(([sessionId, at]) => ({ sessionId, at }))
  for (let start = 0; start < entries.length; start += batchSize) {
    yield entries.slice(start, start + batchSize)
  }
}

function forget(noted: Map<string, Instant>, before: Instant): void {
  for (const [sessionId, at] of noted) {
    if (at >= before) return
    noted.delete(sessionId)
  }
}
