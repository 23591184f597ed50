import { randomBytes } from 'node:crypto'
import QuickLRU from 'quick-lru'
import type { Instant } from '../clock.ts'
import { sha256 } from '../session/token/secrets.ts'
import { shareReads } from '../session/verify/shared-reads.ts'

/** What a service key may be made for. */
export const serviceKeyScopes = ['introspect', 'revoke', 'verify', 'sessions:create'] as const

export type ServiceKeyScope = (typeof serviceKeyScopes)[number]

/** It stands in the audit log as `service:NAME`, and may be the user name of HTTP Basic. */
export const serviceKeyName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

/** A caller that is a program. */
export type ServiceKey = { id: string; name: string; scopes: readonly string[] }

export type StoredServiceKey = ServiceKey & { keyHash: Buffer }

/**
 * A new key, to be shown once, and its SHA-256, to be kept. 256 random bits need no checksum and no salt: nothing can be
 * guessed, and what is not a key is found out without asking the database. Scanners for secrets know it by its prefix.
 */
export function mintServiceKey(): { text: string; hash: Buffer } {
  const text = `lks_${randomBytes(32).toString('base64url')}`
  return { text, hash: sha256(text) }
}

export function looksLikeServiceKey(text: string): boolean {
  return /^lks_[\w-]{43}$/.test(text)
}

/** The keys that services call with, as they were last read from `service_keys`. */
export type ServiceKeyRing = {
  load(keys: readonly StoredServiceKey[]): void
  /**
   * Whose key it is; null for an unknown one. A known key costs no I/O. Another one is looked for in Postgres, by one
   * query at a time for all callers, and not a second time while the ring is up to date. Throws `store_unavailable` when
   * Postgres is down.
   *
   * @param beforeRead called before Postgres is asked; what it throws is thrown
   */
  identify(text: string, beforeRead?: () => void): Promise<ServiceKey | null>
  /** Writes down which keys were used, and when. What cannot be written stays noted. */
  flushUses(): Promise<void>
}

export type ServiceKeyUse = { id: string; at: Instant }

/** The use of a key is noted at most this often. */
const useStepMs = 60_000

/** Hashes of unknown keys that are remembered, about 100 bytes each. */
const missesKept = 1_000

export function createServiceKeyRing(parts: {
  clock: { now(): Instant }
  /** Milliseconds since what is loaded was last known to be what stands in the database. */
  confirmedAgoMs: () => number
  /** For so long a key that is known is believed without the database. */
  trustedMs: number
  /** For so long a key that Postgres did not know is still unknown, unless keys are loaded anew. */
  missTrustedMs: number
  read: () => Promise<readonly StoredServiceKey[]>
  recordUses: (uses: readonly ServiceKeyUse[]) => Promise<void>
}): ServiceKeyRing {
  const { clock, confirmedAgoMs, trustedMs, missTrustedMs, read, recordUses } = parts
  let byHash = new Map<string, ServiceKey>()
  const lastUse = new Map<string, Instant>()
  let unwritten = new Map<string, Instant>()
  /** A new key is loaded within a poll, and every load forgets these. */
  const misses = new QuickLRU<string, true>({ maxSize: missesKept })

  function load(keys: readonly StoredServiceKey[]): void {
    byHash = indexed(keys)
    misses.clear()
    for (const id of lastUse.keys()) if (!keys.some(key => key.id === id)) lastUse.delete(id)
  }

  // All keys at once, since they are few: what one request reads is as good for all that wait with it. It is not
  // loaded: a read that began before a revocation must not bring back what has been loaded since.
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
