import { type ConcurrencyLimit, createConcurrencyLimit } from './concurrency-limit.ts'

export type Turns = ReturnType<typeof createTurns>

/** Work with the same key is done one after the other, in the order of asking; other keys are not waited for. */
export function createTurns(limits: { waiting: number; patienceMs: number }) {
  const lanes = new Map<string, { limit: ConcurrencyLimit; users: number }>()

  return async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const lane = lanes.get(key) ?? { limit: createConcurrencyLimit({ running: 1, ...limits }), users: 0 }
    lanes.set(key, lane)
    lane.users++
    try {
      return await lane.limit.run(work)
    } finally {
      lane.users--
      if (lane.users === 0) lanes.delete(key)
    }
  }
}
