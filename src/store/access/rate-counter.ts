import { believedTally } from '../../access/shared-count.ts'
import type { Tally, WindowCounter } from '../../access/window-counter.ts'
import type { RedisLink } from '../redis/link.ts'
import type { RedisClient } from '../redis/redis.ts'

/** Counts over all instances. Never rejects. */
export type RateCounter = {
  add(key: string, limit: { max: number; windowMs: number }): Promise<Tally>
  /** Decrements the count, if its window has not ended. */
  remove(key: string): void
}

/** The share of a window by which its two ends may differ, because Redis takes time to respond. */
const sameWindow = 0.01

/**
 * Counts in Redis, in one round trip. While Redis is down or full, each instance counts separately: a limit is then
 * multiplied by the number of instances, but never disabled or exhausted. If this instance alone has reached the limit, there
 * is no round trip.
 *
 * @param nameOf the name of a key in Redis; it must not reveal an address, an account or a session
 */
export function createRateCounter(
  link: RedisLink | null,
  local: WindowCounter,
  nameOf: (key: string) => string,
): RateCounter {
  return {
    async add(key, { max, windowMs }) {
      const here = local.add(key, windowMs)
      if (link === null || here.count > max) return here
      const shared = await link
        .ask(redis => increment(redis, `rate:${nameOf(key)}`, windowMs))
        .catch(() => null)
      if (shared === null) return here
      // Both count the same window: it began with the first request to any instance.
      if (here.resetMs - shared.resetMs > windowMs * sameWindow) local.endIn(key, shared.resetMs)
      return believedTally(shared, here, max)
    },
    remove(key) {
      local.remove(key)
      // If the command is lost, the count stays one too high until its window ends.
      link?.ask(redis => redis.uncountInWindow(`rate:${nameOf(key)}`)).catch(() => undefined)
    },
  }
}

/** One command and thus atomic: no counter is left without an expiry. `windowMs` counts from the first request. */
async function increment(redis: RedisClient, key: string, windowMs: number): Promise<Tally> {
  const [count, resetMs] = await redis.countInWindow(key, windowMs)
  return { count, resetMs }
}
