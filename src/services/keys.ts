import { createServiceKeyRing } from '../access/service-keys.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Logger } from '../observability.ts'
import type { SessionCache } from '../session/ports.ts'
import { createKeyRing } from '../session/token/key-ring.ts'
import type { LoadedSecretRing } from '../session/token/secret-ring.ts'
import { generateSigningKey, type StoredSigningKey, unsealPrivateKey } from '../session/token/signing-key.ts'
import { createServiceKeyStore } from '../store/access/service-keys.ts'
import { emergencyPublishedBeforeUseSeconds } from '../store/operator/maintenance.ts'
import { synchroniseClock } from '../store/postgres/clock.ts'
import type { Database } from '../store/postgres/database.ts'
import { missingMigrations } from '../store/postgres/migrate.ts'
import { createSigningKeyStore } from '../store/session/signing-keys.ts'

/** Milliseconds. Every signing key, and every secret that creates tokens, has been published for longer than this. */
const ringFreshMs = 2_000

/** When the loaded keys and secrets were last known to be those in the database. */
export function createFreshness(clock: Clock) {
  let confirmedAt = Number.NEGATIVE_INFINITY
  const ageMs = () => clock.monotonic() - confirmedAt
  return {
    ageMs,
    isFresh: () => ageMs() < ringFreshMs,
    confirm(): void {
      confirmedAt = clock.monotonic()
    },
  }
}

export type Keys = ReturnType<typeof createKeys>

/** Signing keys, secrets and service keys: loads them from the database, and again when their version changes. */
export function createKeys(parts: {
  config: Config
  clock: Clock
  logger: Logger
  database: Database
  cache: SessionCache
  secrets: LoadedSecretRing
  freshness: ReturnType<typeof createFreshness>
}) {
  const { config, clock, logger, database, cache, secrets, freshness } = parts
  const keyRing = createKeyRing(secrets, freshness.isFresh)
  const signingKeys = createSigningKeyStore(database)
  const serviceKeyStore = createServiceKeyStore(database, cache)
  const serviceKeyRing = createServiceKeyRing({
    clock,
    confirmedAgoMs: freshness.ageMs,
    // While snapshots are accepted without the database, the keys of gateways must be too.
    trustedMs: Math.max(ringFreshMs, config.cacheTtlSeconds * 1000),
    missTrustedMs: ringFreshMs,
    read: serviceKeyStore.read,
    recordUses: serviceKeyStore.recordUses,
  })
  let loadedVersion = ''
  let prepared = false

  /** Loads the database's time, and the keys and secrets in use. */
  async function reload(): Promise<void> {
    if (!prepared) await prepare()
    await synchroniseClock(database, clock)
    const state = await signingKeys.read()
    secrets.load(state.secretIds)
    keyRing.load(state.keys)
    serviceKeyRing.load(await serviceKeyStore.read())
    freshness.confirm()
  }

  /** A pool that does not respond is not a failure of the feed: the next poll reports the version again. */
  async function follow(version: string): Promise<void> {
    if (version === loadedVersion) return freshness.confirm()
    await reload().then(
      () => {
        loadedVersion = version
      },
      error => logger.warn({ reason: String(error) }, 'keys could not be loaded'),
    )
  }

  /** Runs repeatedly, so that tokens of a secret that is no longer in use can be distinguished from those of a new one. */
  async function registerSecrets(): Promise<void> {
    await signingKeys.registerSecrets(secrets.all().map(keys => keys.id))
  }

  /** Writes what the database must have before this instance can serve. */
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
    keyRing,
    serviceKeys: {
      identify: serviceKeyRing.identify,
      create: serviceKeyStore.create,
      list: serviceKeyStore.list,
      revoke: serviceKeyStore.revoke,
    },
    flushUses: serviceKeyRing.flushUses,
    reload,
    follow,
    registerSecrets,
    isPrepared: () => prepared,
  }
}

/** The database lacks tables or columns that this version needs. */
export class SchemaError extends Error {
  constructor(missing: number) {
    super(`the database lacks ${missing} migration${missing === 1 ? '' : 's'}; run: latchkey migrate`)
    this.name = 'SchemaError'
  }
}
