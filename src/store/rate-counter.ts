import type { Tally, WindowCounter } from '../security/window-counter.ts'
import type { RedisClient } from './redis.ts'
import type { RedisLink } from './redis-link.ts'

/** Counts over all instances. Never rejects. */
export type RateCounter = { add(key: string, windowMs: number): Promise<Tally> }

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
  }
}

/** All for one key, so that a Cluster has them in one place, and sent as one pipeline, in this order. */
async function increment(redis: RedisClient, key: string, windowMs: number): Promise<Tally> {
  const [, count, leftMs] = await Promise.all([
    redis.set(key, 0, 'PX', windowMs, 'NX'),
    redis.incr(key),
    redis.pttl(key),
  ])
  if (leftMs >= 0) return { count, resetMs: leftMs }
  // The window ended between the first command and the second, which began one that never ends.
  await redis.pexpire(key, windowMs)
  return { count, resetMs: windowMs }
}
