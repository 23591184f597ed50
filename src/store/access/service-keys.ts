import { and, asc, count, eq, isNull, sql } from 'drizzle-orm'
import { v7 as uuid } from 'uuid'
import {
  mintServiceKey,
  type ServiceKeyScope,
  type ServiceKeyUse,
  type StoredServiceKey,
} from '../../access/service-keys.ts'
import type { Instant } from '../../clock.ts'
import { Problem } from '../../errors.ts'
import type { SecurityEvent } from '../../session/events.ts'
import type { SessionCache } from '../../session/ports.ts'
import type { DoneBy } from '../../session/session.ts'
import type { Database, Executor } from '../postgres/database.ts'
import { serviceKeys } from '../postgres/schema/keys.ts'
import { insertEvents } from '../session/events.ts'

/** Every instance keeps all of them in memory. */
const mostLiveKeys = 1_000

/** A key as operators see it; the key itself is not stored. */
export type ListedServiceKey = {
  id: string
  name: string
  scopes: string[]
  createdAt: Instant
  lastUsedAt: Instant | null
  revokedAt: Instant | null
}

const isLive = isNull(serviceKeys.revokedAt)

export type ServiceKeyStore = ReturnType<typeof createServiceKeyStore>

export function createServiceKeyStore(database: Database, cache: Pick<SessionCache, 'hint'>) {
  return {
    /** The keys that are not revoked. */
    read: (): Promise<StoredServiceKey[]> =>
      database.run(executor => {
        const { id, name, keyHash, scopes } = serviceKeys
        return executor.select({ id, name, keyHash, scopes }).from(serviceKeys).where(isLive)
      }),

    /** Returns the key, which cannot be retrieved again. Throws `validation_failed` if a live key has that name. */
    async create(
      request: { name: string; scopes: readonly ServiceKeyScope[] },
      by: DoneBy,
    ): Promise<{ id: string; key: string }> {
      const { text, hash } = mintServiceKey()
      const id = uuid()
      const refused = await database.transaction(executor =>
        insertKey(executor, { id, hash, ...request }, by),
      )
      if (refused !== null) throw new Problem('validation_failed', { detail: refused })
      cache.hint()
      return { id, key: text }
    },

    /** Newest last, including revoked keys. */
    list: (): Promise<ListedServiceKey[]> =>
      database.run(executor => {
        const { id, name, scopes, createdAt, lastUsedAt, revokedAt } = serviceKeys
        return executor
          .select({ id, name, scopes, createdAt, lastUsedAt, revokedAt })
          .from(serviceKeys)
          .orderBy(asc(createdAt), asc(id))
      }),

    /** Instances reject the key after their next poll. False if there is no such key. */
    async revoke(id: string, by: DoneBy): Promise<boolean> {
      const found = await database.transaction(executor => revokeKey(executor, id, by))
      cache.hint()
      return found
    },

    recordUses: (uses: readonly ServiceKeyUse[]): Promise<void> =>
      database.run(async executor => {
        await executor.execute(sql`
          UPDATE service_keys SET last_used_at = greatest(last_used_at, noted.at)
          FROM unnest(${sql.param(uses.map(use => use.id))}::uuid[],
            ${sql.param(uses.map(use => new Date(use.at).toISOString()))}::timestamptz[]) AS noted (id, at)
          WHERE service_keys.id = noted.id`)
      }),
  }
}

/** The reason, as text, if the key was not added; else null. */
async function insertKey(
  executor: Executor,
  key: { id: string; hash: Buffer; name: string; scopes: readonly ServiceKeyScope[] },
  by: DoneBy,
): Promise<string | null> {
  const [live] = await executor.select({ count: count() }).from(serviceKeys).where(isLive)
  if (live !== undefined && live.count >= mostLiveKeys) {
    return `there are already ${mostLiveKeys} service keys: revoke unused ones`
  }
  const { id, hash, name } = key
  const scopes = [...new Set(key.scopes)].sort()
  const inserted = await executor
    .insert(serviceKeys)
    .values({ id, name, keyHash: hash, scopes })
    .onConflictDoNothing()
    .returning({ id: serviceKeys.id })
  if (inserted.length === 0) return `a service key named ${name} already exists`
  await insertEvents(executor, [keyEvent('service_key_created', { id, name, scopes }, by)])
  return null
}

/** True also for a key that was revoked before. */
async function revokeKey(executor: Executor, id: string, by: DoneBy): Promise<boolean> {
  const [revoked] = await executor
    .update(serviceKeys)
    .set({ revokedAt: sql`clock_timestamp()` })
    .where(and(eq(serviceKeys.id, id), isLive))
    .returning({ name: serviceKeys.name, scopes: serviceKeys.scopes })
  if (revoked !== undefined) {
    await insertEvents(executor, [keyEvent('service_key_revoked', { id, ...revoked }, by)])
    return true
  }
  const existing = await executor
    .select({ id: serviceKeys.id })
    .from(serviceKeys)
    .where(eq(serviceKeys.id, id))
  return existing.length > 0
}

function keyEvent(
  type: 'service_key_created' | 'service_key_revoked',
  { id, name, scopes }: { id: string; name: string; scopes: readonly string[] },
  by: DoneBy,
): SecurityEvent {
  return { ...by, type, userId: null, sessionId: null, details: { keyId: id, name, scopes } }
}
