import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { createStoreHealth, type Logger, type StoreHealth } from '../observability.ts'
import { createContinuity } from '../session/continuity.ts'
import { createDatabase } from '../store/postgres/database.ts'
import { connectionRemedy } from '../store/postgres/failure.ts'
import { createRedisLink, type WatchedRedisLink } from '../store/redis/link.ts'
import type { RedisAddress } from '../store/redis/redis.ts'
import { readOutages } from '../store/session/revocation/outages.ts'

export type Stores = ReturnType<typeof createStores>

/** The connections to Postgres and Redis, and their state. */
export function createStores(config: Config, logger: Logger, clock: Clock, metrics: Metrics) {
  const continuity = createContinuity()
  const told = (state: 'up' | 'down') => metrics.storeState('postgres', state)
  const health = createStoreHealth('postgres', logger, told, connectionRemedy)
  /** The feed determines whether Postgres is up: it polls constantly and never waits in a queue. */
  const postgres: StoreHealth = {
    isUp: health.isUp,
    reached() {
      health.reached()
      continuity.reached(clock.now(), clock.monotonic())
    },
    missed(error) {
      health.missed(error)
      continuity.missed(clock.now())
    },
  }
  const database = createDatabase(config.databaseUrl, 10, config.databasePooler)
  metrics.watchPool(database.pool)
  const redis = config.redis === null ? null : redisLink(config.redis, logger, metrics)
  if (redis !== null) metrics.watchBreaker(redis.isBreakerOpen)
  const learnOutages = async () => continuity.learn(await readOutages(database))
  return { continuity, postgres, database, redis, learnOutages }
}

function redisLink(address: RedisAddress, logger: Logger, metrics: Metrics): WatchedRedisLink {
  return createRedisLink(address, (state, reason) => {
    const level = state === 'up' ? 'info' : 'warn'
    metrics.storeState('redis', state)
    logger[level]({ store: 'redis', state, reason }, `redis is ${state}`)
  })
}
