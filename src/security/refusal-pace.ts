import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { overloaded } from './concurrency-limit.ts'

/** Enough to follow the load of the moment, and to have its spread. */
const samplesKept = 64
/** A timer counts in whole milliseconds, and may be one early: that would tell, so it is set again. */
const toleratedMs = 0.5
/** Each is a connection and a timer. */
const waitingAtMost = 1_000

/**
 * Lets an answer that costs nothing take as long as those that have cost a hash, by waiting instead of hashing: work
 * for nothing would be a lever for whoever wants to keep the service busy.
 */
export function createRefusalPace({ monotonic }: Pick<Clock, 'monotonic'>) {
  const samples: number[] = []
  let noted = 0
  let waiting = 0

  return {
    /** Somebody was refused after all the work, begun at that monotonic instant. */
    note(startedAt: number): void {
      samples[noted++ % samplesKept] = monotonic() - startedAt
    },

    /** Whether there is anything to go by yet. */
    isKnown: () => samples.length > 0,

    /** Ends as long after the start as one of the last refusals did, any of them: equal in the spread as well. */
    async keep(startedAt: number): Promise<void> {
      if (waiting >= waitingAtMost) throw overloaded()
      const aim = samples[Math.floor(Math.random() * samples.length)] ?? 0
      waiting++
      try {
        for (;;) {
          const left = aim - (monotonic() - startedAt)
          if (left < toleratedMs) return
          await sleep(left)
        }
      } finally {
        waiting--
      }
    },
  }
}
