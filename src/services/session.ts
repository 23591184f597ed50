import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { createActivity } from '../session/activity.ts'
import type { SessionContext } from '../session/context.ts'
import type { SessionCache } from '../session/ports.ts'
import { createRefreshCount } from '../session/rotation/refresh-count.ts'
import { createSessions } from '../session/service.ts'
import { createAccessTokens } from '../session/token/access-token.ts'
import type { LoadedSecretRing } from '../session/token/secret-ring.ts'
import { createNearCache } from '../session/verify/near-cache.ts'
import { snapshotLifetimeMs } from '../session/verify/snapshot.ts'
import type { RedisLink } from '../store/redis/link.ts'
import { createSessionCache, noSessionCache } from '../store/session/cache.ts'
import { addRefreshes } from '../store/session/counts.ts'
import { createSessionStore } from '../store/session/store.ts'
import type { Keys } from './keys.ts'
import { longest } from './policies.ts'
import { createRevocations } from './revocations.ts'
import type { Stores } from './stores.ts'

/** Snapshots in Redis; without Redis, a cache that never has a value. */
export function createCache(
  config: Config,
  redis: RedisLink | null,
  secrets: LoadedSecretRing,
): SessionCache {
  if (redis === null) return noSessionCache
  return createSessionCache(redis, secrets, {
    snapshotLifetimeMs: clientType => snapshotLifetimeMs(config.policies, clientType, config.cacheTtlSeconds),
    markLifetimeSeconds: longest(config.policies, 'accessTokenTtlSeconds') + config.cacheTtlSeconds + 60,
  })
}

/** The sessions, with the parts that decide about them and that make revocations final on every instance. */
export function createSession(parts: {
  config: Config
  clock: Clock
  metrics: Metrics
  stores: Stores
  cache: SessionCache
  secrets: LoadedSecretRing
  keys: Keys
}) {
  const { config, clock, metrics, stores, cache, secrets, keys } = parts
  const { database, continuity } = stores
  const nearCache = createNearCache({
    maxSessions: config.nearCacheMaxSessions,
    lifetimeMs: config.rotationGraceSeconds * 1000,
  })
  const revocations = createRevocations(config, {
    ...stores,
    clock,
    cache,
    nearCache,
    observer: metrics.sessions,
    followRing: keys.follow,
    learnOutages: stores.learnOutages,
  })
  const store = createSessionStore(database)
  const context: SessionContext = {
    settings: config,
    clock,
    continuity,
    store,
    cache,
    nearCache,
    secrets,
    accessTokens: createAccessTokens(keys.keyRing, config.issuer, config.audience),
    activity: createActivity(store),
    observer: metrics.sessions,
    refreshes: createRefreshCount(refreshes => addRefreshes(database, refreshes)),
    denySet: revocations.denySet,
    lease: revocations.lease,
    propagation: revocations.propagation,
  }
  return { context, revocations, sessions: createSessions(context) }
}
