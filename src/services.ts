import { createClock } from './clock.ts'
import type { Config } from './config.ts'
import { createStoreHealth, type Logger, type StoreHealth } from './observability.ts'
import { createAccounts } from './security/accounts.ts'
import { createAccessTokens } from './session/access-token.ts'
import { createActivity } from './session/activity.ts'
import type { SessionContext } from './session/context.ts'
import { createContinuity } from './session/continuity.ts'
import { createKeyRing } from './session/key-ring.ts'
import type { Policies } from './session/policy.ts'
import type { SessionCache } from './session/ports.ts'
import { createSecretRing, type LoadedSecretRing } from './session/secret-ring.ts'
import { createSessions } from './session/service.ts'
import { generateSigningKey } from './session/signing-key.ts'
import { snapshotLifetimeMs } from './session/snapshot.ts'
import { createDatabase } from './store/database.ts'
import { synchroniseClock } from './store/database-clock.ts'
import { createMaintenance } from './store/maintenance.ts'
import { missingMigrations } from './store/migrate.ts'
import { createRedis, type RedisClient } from './store/redis.ts'
import { createSessionCache, noSessionCache } from './store/session-cache.ts'
import { createSessionStore } from './store/session-store.ts'
import { createSigningKeyStore } from './store/signing-keys.ts'
import { createUserStore } from './store/users.ts'

export type Services = ReturnType<typeof createServices>

/** The composition root: builds everything once. Connects to nothing yet; `start` does. */
export function createServices(config: Config, logger: Logger) {
  const clock = createClock()
  const continuity = createContinuity(clock.now())
  const postgres = createStoreHealth('postgres', logger)
  const redisHealth = createStoreHealth('redis', logger)
  const database = createDatabase(config.databaseUrl, {
    reached() {
      postgres.reached()
      continuity.reached(clock.now())
    },
    missed(error) {
      postgres.missed(error)
      continuity.missed()
    },
  })
  const redis = config.redis === null ? null : createRedis(config.redis)
  redis?.on('error', error => redisHealth.missed(error))
  redis?.on('ready', () => redisHealth.reached())

  const secrets = createSecretRing(clock, config.secret, config.previousSecret)
  const keyRing = createKeyRing(secrets)
  const signingKeys = createSigningKeyStore(database)
  const store = createSessionStore(database)
  const context: SessionContext = {
    settings: config,
    clock,
    continuity,
    store,
    cache: sessionCache(config, redis, secrets, redisHealth),
    secrets,
    accessTokens: createAccessTokens(keyRing, config.issuer, config.audience),
    activity: createActivity(store),
  }
  const sessions = createSessions(context)
  const accounts = createAccounts(context, sessions, createUserStore(database))
  const maintenance = createMaintenance(
    { database, clock, cache: context.cache, secrets },
    {
      eventsRetentionDays: config.eventsRetentionDays,
      rotationGraceSeconds: config.rotationGraceSeconds,
      longestAccessTokenSeconds: longest(config.policies, 'accessTokenTtlSeconds'),
      longestSessionSeconds: longest(config.policies, 'absoluteTimeoutSeconds'),
    },
  )

  const longestSnapshotMs = Math.max(
    ...[...config.policies.keys()].map(name =>
      snapshotLifetimeMs(config.policies, name, config.cacheTtlSeconds),
    ),
  )

  let prepared = false

  /** Takes over the database's time, the keys and the secrets in use. */
  async function reload(): Promise<void> {
    if (!prepared) await prepare()
    await synchroniseClock(database, clock)
    const state = await signingKeys.read()
    secrets.load(state.secretIds)
    keyRing.load(state.keys)
  }

  /** What must stand in the database before this instance can serve. */
  async function prepare(): Promise<void> {
    const missing = await missingMigrations(database)
    if (missing > 0) throw new SchemaError(missing)
    await signingKeys.registerSecrets(secrets.all().map(keys => keys.id))
    await synchroniseClock(database, clock)
    await signingKeys.ensureFirst(() => generateSigningKey(secrets.minting(), clock.now()))
    prepared = true
  }

  return {
    config,
    logger,
    clock,
    keyRing,
    sessions,
    accounts,
    maintenance,
    activity: context.activity,
    reload,

    /** Throws `SchemaError` when migrations are missing, `store_unavailable` when Postgres is away. */
    async start(): Promise<void> {
      await redis?.connect().catch(() => undefined)
      await reload()
    },

    /** What `/health/ready` tells. Without Postgres, snapshots still say yes for as long as they are trusted. */
    health() {
      const now = clock.now()
      const postgresUp = postgres.isUp()
      const redisState = redis === null ? 'off' : redisHealth.isUp() ? 'up' : 'down'
      const snapshotsServe = redisState === 'up' && now - continuity.lastReached() < longestSnapshotMs
      const ok = postgresUp && redisState !== 'down'
      const status = ok ? 'ok' : postgresUp || snapshotsServe ? 'degraded' : 'unavailable'
      return { status, postgres: postgresUp ? 'up' : 'down', redis: redisState } as const
    },

    /** In reverse order of building; nothing that was noted is lost. */
    async close(): Promise<void> {
      await context.activity.flush().catch(error => logger.warn({ err: error }, 'activity was not written'))
      redis?.disconnect()
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

function sessionCache(
  config: Config,
  redis: RedisClient | null,
  secrets: LoadedSecretRing,
  health: StoreHealth,
): SessionCache {
  if (redis === null) return noSessionCache
  return createSessionCache(
    redis,
    secrets,
    {
      snapshotLifetimeMs: clientType =>
        snapshotLifetimeMs(config.policies, clientType, config.cacheTtlSeconds),
      markLifetimeSeconds: longest(config.policies, 'accessTokenTtlSeconds') + config.cacheTtlSeconds + 60,
    },
    health,
  )
}

function longest(policies: Policies, duration: 'accessTokenTtlSeconds' | 'absoluteTimeoutSeconds'): number {
  return Math.max(...[...policies.values()].map(policy => policy[duration]))
}
