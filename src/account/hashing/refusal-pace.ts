import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../clock.ts'
import { overloaded } from './concurrency-limit.ts'

/** Enough to follow the load of the moment, and to have its spread. */
const samplesKept = 64
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
      waiting++
      try {
        const aim = samples[Math.floor(Math.random() * samples.length)] ?? 0
        await sleep(Math.max(0, aim - (monotonic() - startedAt)))
      } finally {
        waiting--
      }
    },
  }
}
