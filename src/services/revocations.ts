import { v7 as uuid } from 'uuid'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { StoreHealth } from '../observability.ts'
import { placeOf } from '../place.ts'
import type { SessionObserver } from '../session/observer.ts'
import type { SessionCache } from '../session/ports.ts'
import { createDenySet } from '../session/revocation/deny-set.ts'
import { createRevocationFeed } from '../session/revocation/feed.ts'
import { createLease } from '../session/revocation/lease.ts'
import { createPropagation } from '../session/revocation/propagation.ts'
import type { NearCache } from '../session/verify/near-cache.ts'
import type { Database } from '../store/postgres/database.ts'
import type { RedisLink } from '../store/redis/link.ts'
import { newsChannel, readNews } from '../store/session/cache.ts'
import { createFeedReader } from '../store/session/revocation/feed.ts'
import { countUnaware, readStanding } from '../store/session/revocation/instances.ts'

/** The parts that make a revocation take effect on every instance: the deny-set, the feed that fills it, the lease, the propagation. */
export function createRevocations(
  config: Config,
  parts: {
    database: Database
    clock: Clock
    cache: SessionCache
    nearCache: NearCache
    redis: RedisLink | null
    postgres: StoreHealth
    observer: SessionObserver
    followRing: (version: string) => Promise<void>
    learnOutages: () => Promise<void>
  },
) {
  const { database, clock, cache, nearCache, redis, postgres, observer, followRing, learnOutages } = parts
  const instance = { id: uuid(), place: placeOf(config) }
  const window = windowSeconds(config)
  const denySet = createDenySet(window * 1000)
  const lease = createLease(config.revocationLeaseMs, config.cacheTtlSeconds * 1000)
  const propagation = createPropagation({
    denySet,
    cache,
    clock,
    leaseMs: config.revocationLeaseMs,
    observer,
    readStanding: (entries, markedOn) =>
      readStanding(database, entries, { self: instance.id, windowSeconds: window, markedOn }),
  })
  const feed = createRevocationFeed({
    reader: createFeedReader(config.databaseUrl, instance, window, undefined, config.databasePooler),
    denySet,
    lease,
    clock,
    health: postgres,
    observer,
    redisContinuity: redis?.continuity ?? (() => null),
    keepsSnapshots: (redis !== null || config.nearCacheMaxSessions > 0) && config.cacheTtlSeconds > 0,
    followRing,
    learnOutages,
  })
  return {
    denySet,
    lease,
    propagation,
    /** Including this session: another instance may have revoked it, and this one may not have read that yet. */
    countUnaware: (xids: readonly string[]) => countUnaware(database, xids, window),
    feed: {
      start() {
        redis?.subscribe(newsChannel, text => {
          const { kind, sessionIds } = readNews(text)
          for (const sessionId of sessionIds) nearCache.forget(sessionId, clock.now())
          if (kind === 'feed') feed.hint()
        })
        feed.start()
      },
      takeOver: feed.takeOver,
      stop: feed.stop,
    },
  }
}

/** The maximum lifetime of a snapshot, plus a minute. */
export function windowSeconds(config: Config): number {
  return config.cacheTtlSeconds + 60
}
