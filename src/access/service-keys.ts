import { randomBytes } from 'node:crypto'
import QuickLRU from 'quick-lru'
import type { Instant } from '../clock.ts'
import { sha256 } from '../session/token/secrets.ts'
import { shareReads } from '../session/verify/shared-reads.ts'

/** The scopes of service keys. */
export const serviceKeyScopes = ['introspect', 'revoke', 'verify', 'sessions:create'] as const

export type ServiceKeyScope = (typeof serviceKeyScopes)[number]

/** Recorded in the audit log as `service:NAME`, and used as the user name of HTTP Basic. */
export const serviceKeyName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

/** A calling service. */
export type ServiceKey = { id: string; name: string; scopes: readonly string[] }

export type StoredServiceKey = ServiceKey & { keyHash: Buffer }

/**
 * A new key, to be shown once, and its SHA-256, to be stored. 256 random bits need no checksum and no salt: they cannot be
 * guessed, and malformed keys are rejected without the database. Secret scanners recognize the prefix.
 */
export function mintServiceKey(): { text: string; hash: Buffer } {
  const text = `lks_${randomBytes(32).toString('base64url')}`
  return { text, hash: sha256(text) }
}

export function looksLikeServiceKey(text: string): boolean {
  return /^lks_[\w-]{43}$/.test(text)
}

/** The service keys, as last read from `service_keys`. */
export type ServiceKeyRing = {
  load(keys: readonly StoredServiceKey[]): void
  /**
   * The owner of the key; null for an unknown one. A known key costs no I/O. Others are looked up in Postgres, with one
   * query at a time for all callers, and not a second time while the ring is current. Throws `store_unavailable` when
   * Postgres is down.
   *
   * @param beforeRead called before the lookup in Postgres; its exceptions are passed on
   */
  identify(text: string, beforeRead?: () => void): Promise<ServiceKey | null>
  /** Writes when each key was last used. Uses that cannot be written are kept for the next attempt. */
  flushUses(): Promise<void>
}

export type ServiceKeyUse = { id: string; at: Instant }

/** The use of a key is recorded at most this often. */
const useStepMs = 60_000

/** Hashes of unknown keys that are remembered, about 100 bytes each. */
const missesKept = 1_000

export function createServiceKeyRing(parts: {
  clock: { now(): Instant }
  /** Milliseconds since the loaded keys were last known to be current. */
  confirmedAgoMs: () => number
  /** How long known keys are trusted without the database. */
  trustedMs: number
  /** How long an unknown key is remembered as unknown, unless keys are loaded again. */
  missTrustedMs: number
  read: () => Promise<readonly StoredServiceKey[]>
  recordUses: (uses: readonly ServiceKeyUse[]) => Promise<void>
}): ServiceKeyRing {
  const { clock, confirmedAgoMs, trustedMs, missTrustedMs, read, recordUses } = parts
  let byHash = new Map<string, ServiceKey>()
  const lastUse = new Map<string, Instant>()
  let unwritten = new Map<string, Instant>()
  /** Cleared by every load; a new key is loaded within a poll. */
  const misses = new QuickLRU<string, true>({ maxSize: missesKept })

  function load(keys: readonly StoredServiceKey[]): void {
    byHash = indexed(keys)
    misses.clear()
    for (const id of lastUse.keys()) if (!keys.some(key => key.id === id)) lastUse.delete(id)
  }

  // All keys at once, since they are few: one read serves all requests that wait for it. The result is not
  // stored: a read that began before a revocation must not overwrite a later load.
  const readAll = shareReads(async () => indexed(await read()))

  async function lookUp(hash: string, beforeRead?: () => void): Promise<ServiceKey | null> {
    beforeRead?.()
    const found = (await readAll('all')).get(hash) ?? null
    if (found === null) misses.set(hash, true)
    return found
  }

  function noteUse({ id }: ServiceKey): void {
    const now = clock.now()
    if (now - (lastUse.get(id) ?? Number.NEGATIVE_INFINITY) < useStepMs) return
    lastUse.set(id, now)
    unwritten.set(id, now)
  }

  return {
    load,
    async identify(text, beforeRead) {
      if (!looksLikeServiceKey(text)) return null
      const hash = sha256(text).toString('base64')
      const known = confirmedAgoMs() < trustedMs ? byHash.get(hash) : undefined
      if (known === undefined && confirmedAgoMs() < missTrustedMs && misses.has(hash)) return null
      const key = known ?? (await lookUp(hash, beforeRead))
      if (key !== null) noteUse(key)
      return key
    },
    async flushUses() {
      if (unwritten.size === 0) return
      const writing = unwritten
      unwritten = new Map()
      try {
        await recordUses([...writing].map(([id, at]) => ({ id, at })))
      } catch (error) {
        unwritten = new Map([...writing, ...unwritten])
        throw error
      }
    },
  }
}

function indexed(keys: readonly StoredServiceKey[]): Map<string, ServiceKey> {
  return new Map(keys.map(({ keyHash, ...key }) => [keyHash.toString('base64'), key]))
}
