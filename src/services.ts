import { hash } from 'node:crypto'
import { createWindowCounter } from './access/window-counter.ts'
import { createAccounts } from './account/accounts.ts'
import { createAccountParts } from './account/parts.ts'
import { createClock } from './clock.ts'
import type { Config } from './config/config.ts'
import { createMetrics } from './metrics/metrics.ts'
import type { Logger } from './observability.ts'
import { createFreshness, createKeys } from './services/keys.ts'
import { createOperator } from './services/operator.ts'
import { createCache, createSession } from './services/session.ts'
import { createStores } from './services/stores.ts'
import { createSecretRing } from './session/token/secret-ring.ts'
import { createSignIn } from './sign-in/sign-in.ts'
import { createRateCounter } from './store/access/rate-counter.ts'
import { createAccountStore } from './store/account/store.ts'
import { version } from './version.ts'

export { SchemaError } from './services/keys.ts'

export type Services = ReturnType<typeof createServices>

/** Keys that each counter in this process keeps; each takes some 200 bytes. */
const localRatesKept = 20_000

/** The composition root: creates every room once. `start` connects to the stores. */
export function createServices(config: Config, logger: Logger) {
  const clock = createClock()
  const metrics = createMetrics(clock, version)
  const stores = createStores(config, logger, clock, metrics)
  const { database, redis, postgres, continuity } = stores
  const freshness = createFreshness(clock)
  const secrets = createSecretRing(clock, config.secret, config.previousSecret, freshness.isFresh)
  const cache = createCache(config, redis, secrets)
  const keys = createKeys({ config, clock, logger, database, cache, secrets, freshness })
  const { context, revocations, sessions } = createSession({
    config,
    clock,
    metrics,
    stores,
    cache,
    secrets,
    keys,
  })
  const localCounter = () => createWindowCounter(localRatesKept, clock.monotonic)
  const nameOfCounter = (key: string) => hash('sha256', secrets.minting().rateName + key, 'base64url')
  const accountParts = createAccountParts(context, createAccountStore(database), metrics.signIns)
  const accounts = createAccounts(accountParts, { shortestPassword: config.shortestPassword })
  const signIn = createSignIn(accountParts, metrics.signIns)
  const operator = createOperator({ config, clock, logger, metrics, database, context, revocations })
  let draining = false

  /** Writes the data that was collected in memory: activity of sessions, refreshes, uses of service keys. */
  async function flush(): Promise<void> {
    // Independently: a locked row of one must not delay the others.
    const written = await Promise.allSettled([
      context.activity.flush(),
      context.refreshes.flush(),
      keys.flushUses(),
    ])
    for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason
  }

  /** If Postgres is down, timings become equal a minute later; the instance serves in the meantime. */
  async function followImports(): Promise<void> {
    await accounts
      .followImports()
      .catch(error => logger.warn({ err: error }, 'imported password hashes could not be read'))
  }

  return {
    config,
    logger,
    metrics,
    clock,
    keyRing: keys.keyRing,
    sessions,
    accounts,
    signIn,
    activity: context.activity,
    /** Over all instances, and in this one only. */
    rates: { counter: createRateCounter(redis, localCounter(), nameOfCounter), localCounter },
    ...operator,
    serviceKeys: keys.serviceKeys,
    flush,
    reload: keys.reload,
    registerSecrets: keys.registerSecrets,

    /** Throws `SchemaError` if migrations are missing, `store_unavailable` if Postgres is down. */
    async start(): Promise<void> {
      await redis?.connect()
      await keys.reload()
      await stores.learnOutages()
      postgres.reached()
    },

    /** Starts following the revocations, so that snapshots may be used. For processes that serve verify. */
    async follow(): Promise<void> {
      revocations.feed.start()
      await Promise.all([database.warmUp(), accounts.warmUp(), followImports()])
    },

    /** The port belongs to this instance, so revocations stop waiting for the previous owner of it. */
    listening(): void {
      revocations.feed.takeOver()
    },

    /** Signals that no more requests should be sent here; those that arrive are still answered. */
    drain(): void {
      draining = true
    },

    isDraining: () => draining,

    /** What `/health/ready` reports. Without Postgres, sessions are accepted from snapshots for as long as those are trusted. */
    health() {
      const postgresUp = postgres.isUp()
      const redisState = redis?.state() ?? 'off'
      const downMs = clock.now() - continuity.lastReached()
      const redisVouches = redis !== null && redis.continuity() !== null
      const snapshotsServe = redisVouches && downMs < config.cacheTtlSeconds * 1000
      const ok = postgresUp && (redisState === 'up' || redisState === 'off')
      const serves = !draining && keys.isPrepared() && (postgresUp || snapshotsServe)
      const status = !serves ? 'unavailable' : ok ? 'ok' : 'degraded'
      return { status, postgres: postgresUp ? 'up' : 'down', redis: redisState } as const
    },

    /** Milliseconds since this instance last read the revocations; snapshots count for `revocationLeaseMs`. */
    feedAgeMs: () => Math.max(0, Math.round(clock.now() - continuity.lastReached())),

    /** In reverse order of creation; no collected data is lost. */
    async close(): Promise<void> {
      await operator.revocations.stop()
      await flush().catch(error => logger.warn({ err: error }, 'collected activity could not be written'))
      await revocations.feed.stop()
      redis?.close()
      await database.close()
    },
  }
}
