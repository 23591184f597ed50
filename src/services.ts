import { createServiceKeyRing } from './access/service-keys.ts'
import { createWindowCounter } from './access/window-counter.ts'
import { createAccounts } from './account/accounts.ts'
import { createAccountParts } from './account/parts.ts'
import { createClock } from './clock.ts'
import type { Config } from './config.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { createStoreHealth, type Logger, type StoreHealth } from './observability.ts'
import { createRevocations, windowSeconds } from './services/revocations.ts'
import { createActivity } from './session/activity.ts'
import type { SessionContext } from './session/context.ts'
import { createContinuity } from './session/continuity.ts'
import { idleDeadlines, idleLimitMs, type Policies } from './session/policy.ts'
import type { SessionCache } from './session/ports.ts'
import { createRefreshCount } from './session/rotation/refresh-count.ts'
import { createSessions } from './session/service.ts'
import { createAccessTokens } from './session/token/access-token.ts'
import { createKeyRing } from './session/token/key-ring.ts'
import { createSecretRing, type LoadedSecretRing } from './session/token/secret-ring.ts'
import { generateSigningKey, type StoredSigningKey, unsealPrivateKey } from './session/token/signing-key.ts'
import { createNearCache } from './session/verify/near-cache.ts'
import { snapshotLifetimeMs } from './session/verify/snapshot.ts'
import { createSignIn } from './sign-in/sign-in.ts'
import { createRateCounter } from './store/access/rate-counter.ts'
import { createServiceKeyStore } from './store/access/service-keys.ts'
import { createRoles } from './store/account/roles.ts'
import { createAccountStore } from './store/account/store.ts'
import { createMaintenance, emergencyPublishedBeforeUseSeconds } from './store/operator/maintenance.ts'
import { createOperators } from './store/operator/operators.ts'
import { synchroniseClock } from './store/postgres/clock.ts'
import { createDatabase } from './store/postgres/database.ts'
import { missingMigrations } from './store/postgres/migrate.ts'
import { createRedisLink, type RedisLink, type WatchedRedisLink } from './store/redis/link.ts'
import type { RedisAddress } from './store/redis/redis.ts'
import { createSessionCache, noSessionCache } from './store/session/cache.ts'
import { addRefreshes, type IdleLimits } from './store/session/counts.ts'
import { createSigningKeyStore } from './store/session/signing-keys.ts'
import { createSessionStore } from './store/session/store.ts'
import { version } from './version.ts'

export type Services = ReturnType<typeof createServices>

/** Keys that each counter in this process keeps; each takes some 200 bytes. */
const localRatesKept = 20_000

/** Milliseconds. Whatever signs or mints has been published for longer than this. */
const ringFreshMs = 2_000

/** The composition root: builds everything once. Connects to nothing yet; `start` does. */
export function createServices(config: Config, logger: Logger) {
  const clock = createClock()
  const continuity = createContinuity()
  const metrics = createMetrics(clock, version)
  const health = createStoreHealth('postgres', logger, state => metrics.storeState('postgres', state))
  /** Whether Postgres is there is for the feed to say: its poll asks all the time, and never waits in a queue. */
  const postgres: StoreHealth = {
    isUp: health.isUp,
    reached() {
      health.reached()
      continuity.reached(clock.now())
    },
    missed(error) {
      health.missed(error)
      continuity.missed()
    },
  }
  const database = createDatabase(config.databaseUrl, 10, config.databasePooler)
  metrics.watchPool(database.pool)
  const redis = config.redis === null ? null : redisLink(config.redis, logger, metrics)
  if (redis !== null) metrics.watchBreaker(redis.isBreakerOpen)

  /** What is loaded of keys (of both kinds) and secrets, and when it was last known to be what stands in the database. */
  const ring = { version: '', confirmedAt: Number.NEGATIVE_INFINITY }
  const isRingFresh = () => clock.monotonic() - ring.confirmedAt < ringFreshMs
  const secrets = createSecretRing(clock, config.secret, config.previousSecret, isRingFresh)
  const keyRing = createKeyRing(secrets, isRingFresh)
  const signingKeys = createSigningKeyStore(database)
  const store = createSessionStore(database)
  const cache = redis === null ? noSessionCache : sessionCache(config, redis, secrets)
  const serviceKeyStore = createServiceKeyStore(database, cache)
  const serviceKeyRing = createServiceKeyRing({
    clock,
    confirmedAgoMs: () => clock.monotonic() - ring.confirmedAt,
    // As long as snapshots say yes without the database, so must the key of the gateway that asks.
    trustedMs: Math.max(ringFreshMs, config.cacheTtlSeconds * 1000),
    read: serviceKeyStore.read,
    recordUses: serviceKeyStore.recordUses,
  })
  const nearCache = createNearCache({
    maxSessions: config.nearCacheMaxSessions,
    lifetimeMs: config.rotationGraceSeconds * 1000,
  })
  const revocations = createRevocations(config, {
    database,
    clock,
    cache,
    nearCache,
    redis,
    postgres,
    observer: metrics.sessions,
    followRing,
  })
  const context: SessionContext = {
    settings: config,
    clock,
    continuity,
    store,
    cache,
    nearCache,
    secrets,
    accessTokens: createAccessTokens(keyRing, config.issuer, config.audience),
    activity: createActivity(store),
    observer: metrics.sessions,
    refreshes: createRefreshCount(refreshes => addRefreshes(database, refreshes)),
    denySet: revocations.denySet,
    lease: revocations.lease,
    propagation: revocations.propagation,
  }
  const sessions = createSessions(context)
  const localCounter = () => createWindowCounter(localRatesKept, clock.monotonic)
  const accountParts = createAccountParts(context, createAccountStore(database), metrics.signIns)
  const accounts = createAccounts(accountParts, { shortestPassword: config.shortestPassword })
  const signIn = createSignIn(accountParts, metrics.signIns)
  const operators = createOperators({
    database,
    clock,
    cache,
    propagation: revocations.propagation,
    countUnaware: revocations.countUnaware,
    idleDeadlines: () => idleDeadlines(config.policies, clock.now(), continuity.downtime),
    flushRefreshes: context.refreshes.flush,
    onInterrupted: error =>
      logger.warn({ err: error }, 'a bulk revocation holds, but not all rows are marked'),
  })
  const roles = createRoles(database, revocations.propagation)
  const maintenance = createMaintenance(
    { database, clock, secrets, observer: metrics.cleanup },
    {
      eventsRetentionDays: config.eventsRetentionDays,
      rotationGraceSeconds: config.rotationGraceSeconds,
      longestAccessTokenSeconds: longest(config.policies, 'accessTokenTtlSeconds'),
      longestSessionSeconds: longest(config.policies, 'absoluteTimeoutSeconds'),
      windowSeconds: windowSeconds(config),
      idleLimits: idleLimits(config.policies),
    },
  )

  metrics.watchRows(async () => {
    const [{ live }, cleanupBehindSeconds] = await Promise.all([
      operators.statistics.read(),
      maintenance.behindSeconds(),
    ])
    return { live, cleanupBehindSeconds }
  })

  let prepared = false
  let draining = false

  /** Takes over the database's time, the keys and the secrets in use. */
  async function reload(): Promise<void> {
    if (!prepared) await prepare()
    await synchroniseClock(database, clock)
    const state = await signingKeys.read()
    secrets.load(state.secretIds)
    keyRing.load(state.keys)
    serviceKeyRing.load(await serviceKeyStore.read())
    ring.confirmedAt = clock.monotonic()
  }

  /** A pool that cannot be asked just now is no failure of the feed: the next poll tells the version again. */
  async function followRing(version: string): Promise<void> {
    if (version === ring.version) {
      ring.confirmedAt = clock.monotonic()
      return
    }
    await reload().then(
      () => {
        ring.version = version
      },
      error => logger.warn({ reason: String(error) }, 'the keys could not be read'),
    )
  }

  /** Again and again, so that tokens of a secret that nobody has any more are told from those of a new one. */
  async function registerSecrets(): Promise<void> {
    await signingKeys.registerSecrets(secrets.all().map(keys => keys.id))
  }

  /** Writes down what was collected in memory: activity of sessions, refreshes, uses of service keys. */
  async function flush(): Promise<void> {
    // Each for itself: a row of one that somebody else has locked must not cost the others.
    const written = await Promise.allSettled([
      context.activity.flush(),
      context.refreshes.flush(),
      serviceKeyRing.flushUses(),
    ])
    for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason
  }

  /** What must stand in the database before this instance can serve. */
  async function prepare(): Promise<void> {
    const missing = await missingMigrations(database)
    if (missing > 0) throw new SchemaError(missing)
    await registerSecrets()
    await synchroniseClock(database, clock)
    const isUsable = (key: StoredSigningKey) => unsealPrivateKey(secrets, key) !== null
    await signingKeys.ensureUsable(isUsable, isFirst => {
      const signsFrom = clock.now() + (isFirst ? 0 : emergencyPublishedBeforeUseSeconds * 1000)
      return generateSigningKey(secrets.minting(), signsFrom)
    })
    prepared = true
  }

  return {
    config,
    logger,
    metrics,
    clock,
    keyRing,
    sessions,
    accounts,
    signIn,
    maintenance,
    activity: context.activity,
    /** Over all instances, and in this one only. */
    rates: { counter: createRateCounter(redis, localCounter()), localCounter },
    ...operators,
    roles,
    serviceKeys: {
      identify: serviceKeyRing.identify,
      create: serviceKeyStore.create,
      list: serviceKeyStore.list,
      revoke: serviceKeyStore.revoke,
    },
    flush,
    reload,
    registerSecrets,

    /** Throws `SchemaError` when migrations are missing, `store_unavailable` when Postgres is away. */
    async start(): Promise<void> {
      await redis?.connect()
      await reload()
      postgres.reached()
    },

    /** From here on snapshots may serve: this instance follows the revocations of all. For whoever answers verify. */
    async follow(): Promise<void> {
      revocations.feed.start()
      await Promise.all([database.warmUp(), accounts.warmUp()])
    },

    /** The port is this instance's: nobody need wait for one that was there before it. */
    listening(): void {
      revocations.feed.takeOver()
    },

    /** From here on no more requests should be sent here; those that come are still answered. */
    drain(): void {
      draining = true
    },

    isDraining: () => draining,

    /** What `/health/ready` tells. Without Postgres, snapshots still say yes for as long as they are trusted. */
    health() {
      const postgresUp = postgres.isUp()
      const redisState = redis?.state() ?? 'off'
      const awayMs = clock.now() - continuity.lastReached()
      const redisVouches = redis !== null && redis.continuity() !== null
      const snapshotsServe = redisVouches && awayMs < config.cacheTtlSeconds * 1000
      const ok = postgresUp && (redisState === 'up' || redisState === 'off')
      const serves = !draining && prepared && (postgresUp || snapshotsServe)
      const status = !serves ? 'unavailable' : ok ? 'ok' : 'degraded'
      return { status, postgres: postgresUp ? 'up' : 'down', redis: redisState } as const
    },

    /** Milliseconds since this instance has last read what was revoked; snapshots count for `revocationLeaseMs`. */
    feedAgeMs: () => Math.max(0, Math.round(clock.now() - continuity.lastReached())),

    /** In reverse order of building; nothing that was noted is lost. */
    async close(): Promise<void> {
      await operators.revocations.stop()
      await flush().catch(error => logger.warn({ err: error }, 'not all that was noted is written'))
      await revocations.feed.stop()
      redis?.close()
      await database.close()
    },
  }
}

/** The database lacks tables or columns that this version needs. */
export class SchemaError extends Error {
  constructor(missing: number) {
    super(`the database lacks ${missing} migration${missing === 1 ? '' : 's'}; run: latchkey migrate`)
    this.name = 'SchemaError'
  }
}

function redisLink(address: RedisAddress, logger: Logger, metrics: Metrics): WatchedRedisLink {
  return createRedisLink(address, (state, reason) => {
    const level = state === 'up' ? 'info' : 'warn'
    metrics.storeState('redis', state)
    logger[level]({ store: 'redis', state, reason }, `redis is ${state}`)
  })
}

function sessionCache(config: Config, redis: RedisLink, secrets: LoadedSecretRing): SessionCache {
  return createSessionCache(redis, secrets, {
    snapshotLifetimeMs: clientType => snapshotLifetimeMs(config.policies, clientType, config.cacheTtlSeconds),
    markLifetimeSeconds: longest(config.policies, 'accessTokenTtlSeconds') + config.cacheTtlSeconds + 60,
  })
}

function idleLimits(policies: Policies): IdleLimits {
  return [...policies].map(([clientType, policy]) => ({ clientType, seconds: idleLimitMs(policy) / 1000 }))
}

function longest(policies: Policies, duration: 'accessTokenTtlSeconds' | 'absoluteTimeoutSeconds'): number {
  return Math.max(...[...policies.values()].map(policy => policy[duration]))
}
