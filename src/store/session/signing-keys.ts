import { and, desc, eq, gt, isNull, lt, sql } from 'drizzle-orm'
import type { Instant } from '../../clock.ts'
import type { StoredSigningKey } from '../../session/token/signing-key.ts'
import type { Database, Executor } from '../postgres/database.ts'
import { secretIds, signingKeys } from '../postgres/schema/keys.ts'

const columns = {
  kid: signingKeys.kid,
  alg: signingKeys.alg,
  publicJwk: signingKeys.publicJwk,
  privateSealed: signingKeys.privateSealed,
  signsFrom: signingKeys.signsFrom,
  verifiesUntil: signingKeys.verifiesUntil,
}

export type SigningKeyStore = ReturnType<typeof createSigningKeyStore>

/** What the key ring and the secret ring are loaded from. */
export function createSigningKeyStore(database: Database) {
  return {
    read: () =>
      database.run(async executor => ({
        keys: await executor.select(columns).from(signingKeys),
        secretIds: await executor
          .select()
          .from(secretIds)
          .where(gt(secretIds.lastSeenAt, sql`clock_timestamp() - interval '10 minutes'`)),
      })),
    /**
     * Adds a key if none can be signed with: there is none yet, or all are sealed with a secret that is gone. Instances
     * that start together take turns; one of them adds it.
     */
    ensureUsable: (
      isUsable: (key: StoredSigningKey) => boolean,
      generate: (isFirst: boolean) => StoredSigningKey,
    ) =>
      database.transaction(async executor => {
        await takeTurn(executor)
        const existing = await executor.select(columns).from(signingKeys)
        if (existing.some(isUsable)) return
        await executor.insert(signingKeys).values(generate(existing.length === 0))
      }),
    /** Notes that these secrets are in use, so that other instances can tell their tokens from garbage. */
    registerSecrets: (ids: readonly number[]) =>
      database.run(async executor => {
        await executor
          .insert(secretIds)
          .values(ids.map(id => ({ id })))
          .onConflictDoUpdate({ target: secretIds.id, set: { lastSeenAt: sql`excluded.last_seen_at` } })
      }),
  }
}

/** Any number, the same in every instance. */
const advisoryLock = 7_165_002

/** Held until the transaction ends. */
async function takeTurn(executor: Executor): Promise<void> {
  await executor.execute(sql`SELECT pg_advisory_xact_lock(${advisoryLock})`)
}

/** Adds the next key; the others verify until their last token has ended. */
export async function rotateSigningKey(
  executor: Executor,
  next: StoredSigningKey,
  previousVerifyUntil: Instant,
): Promise<void> {
  await takeTurn(executor)
  await executor
    .update(signingKeys)
    .set({ verifiesUntil: previousVerifyUntil })
    .where(isNull(signingKeys.verifiesUntil))
  await executor.insert(signingKeys).values(next)
}

/** Lets a key that is already published sign from then on. False when none waits. */
export async function hastenNextSigningKey(executor: Executor, signsFrom: Instant): Promise<boolean> {
  const hastened = await executor
    .update(signingKeys)
    .set({ signsFrom })
    .where(and(isNull(signingKeys.verifiesUntil), gt(signingKeys.signsFrom, signsFrom)))
    .returning({ kid: signingKeys.kid })
  return hastened.length > 0
}

/** Ends a key at once: its tokens are refused. False when there is no such key. */
export async function revokeSigningKey(executor: Executor, kid: string): Promise<boolean> {
  const revoked = await executor
    .delete(signingKeys)
    .where(eq(signingKeys.kid, kid))
    .returning({ kid: signingKeys.kid })
  return revoked.length > 0
}

/** Keys whose last token has ended. */
export async function deleteEndedSigningKeys(executor: Executor): Promise<void> {
  await executor.delete(signingKeys).where(lt(signingKeys.verifiesUntil, sql`clock_timestamp()`))
}

/** Newest first, without their private parts. */
export async function listSigningKeys(executor: Executor) {
  const { privateSealed, ...listed } = columns
  return await executor.select(listed).from(signingKeys).orderBy(desc(signingKeys.signsFrom))
}
