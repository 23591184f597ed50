import { Redis } from 'ioredis'
import { createClock } from '../../src/clock.ts'
import { defaultPolicies } from '../../src/session/policy.ts'
import type { Snapshot } from '../../src/session/session.ts'
import { createSecretRing } from '../../src/session/token/secret-ring.ts'
import type { RedisLink } from '../../src/store/redis/link.ts'
import { createSessionCache } from '../../src/store/session/cache.ts'
import { absoluteLifetimeSeconds, clientType, type MintedSession } from './sessions.ts'

/** The service's default `CACHE_TTL_SECONDS`. */
const snapshotLifetimeMs = 300_000
/** An activity is noted once a minute and session; so at any time as many of them are due as in a steady state. */
const activityStepMs = 60_000
const batchSize = 500

/**
 * Fills a Redis with fresh snapshots of these sessions, as if each had just been asked about: the first requests after
 * it are hits. Snapshots live for five minutes, so this is done before each round.
 */
export async function fillSnapshots(
  redisUrl: string,
  secret: string,
  sessions: readonly MintedSession[],
): Promise<void> {
  const clock = createClock()
  const redis = new Redis(redisUrl, { enableAutoPipelining: true })
  const secrets = createSecretRing(clock, Buffer.from(secret, 'base64'), null, () => true)
  const cache = createSessionCache(patientLink(redis), secrets, {
    snapshotLifetimeMs: () => snapshotLifetimeMs,
    markLifetimeSeconds: defaultPolicies[clientType].idleTimeoutSeconds,
  })
  try {
    for (let start = 0; start < sessions.length; start += batchSize) {
      const batch = sessions.slice(start, start + batchSize)
      await Promise.all(batch.map(session => cache.fill(snapshotOf(session, clock.now()), { replace: true })))
    }
    // The cache tells nobody what Redis refuses.
    const filled = await redis.dbsize()
    if (filled < sessions.length) throw new Error(`Redis has ${filled} of ${sessions.length} snapshots`)
  } finally {
    redis.disconnect()
  }
}

/** The service gives Redis 75 ms for an answer; there is no hurry here. */
function patientLink(redis: Redis): RedisLink {
  return {
    ask: command => command(redis),
    continuity: () => null,
    state: () => 'up',
    connect: async () => undefined,
    subscribe: () => undefined,
    isCluster: false,
    close: () => undefined,
  }
}

/** What the service keeps of a session in Redis. */
export function snapshotOf(session: MintedSession, now: number): Snapshot {
  return {
    id: session.id,
    userId: session.userId,
    roles: [],
    clientType,
    ipAddress: '192.0.2.1',
    createdAt: now - activityStepMs,
    lastActivityAt: now - Math.random() * activityStepMs,
    expiresAt: now + absoluteLifetimeSeconds * 1000,
    accessTokenHash: session.accessTokenHash.toString('base64'),
    previousAccessTokenHash: null,
    rotatedAt: now - activityStepMs,
    readAt: now,
  }
}
