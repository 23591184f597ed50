import type { Tally, WindowCounter } from '../../access/window-counter.ts'
import type { RedisLink } from '../redis/link.ts'
import type { RedisClient } from '../redis/redis.ts'

/** Counts over all instances. Never rejects. */
export type RateCounter = {
  add(key: string, windowMs: number): Promise<Tally>
  /** One less, if its window still runs. */
  remove(key: string): void
}

/**
 * Counts in Redis, in one round trip. While Redis is away, or has no room, each instance counts for itself: a limit is
 * then as many times as high as there are instances, but it is neither gone nor shut.
 */
export function createRateCounter(link: RedisLink | null, local: WindowCounter): RateCounter {
  return {
    async add(key, windowMs) {
      if (link === null) return local.add(key, windowMs)
      return await link
        .ask(redis => increment(redis, `rate:${key}`, windowMs))
        .catch(() => local.add(key, windowMs))
    },
    remove(key) {
      if (link === null) return local.remove(key)
      link.ask(redis => redis.uncountInWindow(`rate:${key}`)).catch(() => local.remove(key))
    },
  }
}

/** One command, and so one step: no counter is left without an end. `windowMs` counts from the first request. */
async function increment(redis: RedisClient, key: string, windowMs: number): Promise<Tally> {
  const [count, resetMs] = await redis.countInWindow(key, windowMs)
  return { count, resetMs }
}
