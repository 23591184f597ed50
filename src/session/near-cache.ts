import QuickLRU from 'quick-lru'
import type { PeekedToken } from './access-token.ts'
import type { CacheReading } from './ports.ts'
import type { Snapshot } from './session.ts'

/** A token that this instance has said yes to, and the snapshot by which it did. */
export type NearEntry = {
  token: Pick<PeekedToken, 'hash' | 'expiresAt'>
  reading: CacheReading
  /** Of the monotonic clock, in milliseconds. */
  keptAt: number
}

/**
 * What this instance has just said yes to, in its own memory: a hit costs no round trip, and no look into the token. The
 * rules for the snapshots are those for snapshots in Redis (deny-set, lease, age), and one more: nothing here shows a
 * mark, so nothing here may serve while Postgres is away.
 */
export type NearCache = {
  /** Null: nothing, or too old. `now` is of the monotonic clock, in milliseconds. */
  read(tokenHash: string, now: number): NearEntry | null
  keep(token: PeekedToken, snapshot: Snapshot, now: number): void
}

export type NearCacheLimits = {
  /** Keeps those asked for most recently, for a while up to twice as many; 0 switches it off. */
  maxSessions: number
  /**
   * Milliseconds. Another instance may rotate a session, and nobody tells this one. So what is kept must not outlive the
   * grace in which the token before may be used anyway.
   */
  lifetimeMs: number
}

export function createNearCache({ maxSessions, lifetimeMs }: NearCacheLimits): NearCache {
  if (maxSessions === 0) return { read: () => null, keep: () => undefined }
  const entries = new QuickLRU<string, NearEntry>({ maxSize: maxSessions })
  return {
    read(tokenHash, now) {
      const entry = entries.get(tokenHash)
      return entry !== undefined && now - entry.keptAt < lifetimeMs ? entry : null
    },
    keep({ hash, expiresAt }, snapshot, now) {
      // Without the continuity of a Redis it counts for as long as the lease, and no longer.
      const reading = { kind: 'read', snapshot, occupied: true, revoked: null, continuity: null } as const
      entries.set(hash, { token: { hash, expiresAt }, reading, keptAt: now })
    },
  }
}
