import QuickLRU from 'quick-lru'
import type { Instant } from '../../clock.ts'
import type { CacheReading } from '../ports.ts'
import type { Snapshot } from '../session.ts'
import type { PeekedToken } from '../token/access-token.ts'

/** A token that this instance has said yes to, and the snapshot by which it did. */
export type NearEntry = {
  token: Pick<PeekedToken, 'hash' | 'expiresAt'>
  reading: CacheReading & { kind: 'read'; snapshot: Snapshot }
  keptAt: Instant
}

/**
 * What this instance has just said yes to, in its own memory: a hit costs no round trip, and no look into the token. The
 * rules for the snapshots are those for snapshots in Redis (deny-set, lease, age), and one more: nothing here shows a
 * mark, so nothing here may serve while Postgres is away.
 */
export type NearCache = {
  /** Null: nothing, or nothing that still counts. */
  read(tokenHash: string, now: Instant): NearEntry | null
  /** `askedAt`: when the question began by which the snapshot was found. */
  keep(token: PeekedToken, snapshot: Snapshot, askedAt: Instant): void
  /** The session was rotated, here or elsewhere: what was asked before that counts no more. */
  forget(sessionId: string, now: Instant): void
}

export type NearCacheLimits = {
  /** Keeps those asked for most recently, for a while up to twice as many; 0 switches it off. */
  maxSessions: number
  /**
   * Milliseconds. That another instance has rotated a session is heard by way of Redis, if Redis is there. So what is
   * kept must not outlive the grace in which the token before may be used anyway.
   */
  lifetimeMs: number
}

export function createNearCache({ maxSessions, lifetimeMs }: NearCacheLimits): NearCache {
  if (maxSessions === 0) return { read: () => null, keep: () => undefined, forget: () => undefined }
  const entries = new QuickLRU<string, NearEntry>({ maxSize: maxSessions })
  const forgotten = new QuickLRU<string, Instant>({ maxSize: maxSessions })
  return {
    read(tokenHash, now) {
      const entry = entries.get(tokenHash)
      if (entry === undefined || now - entry.keptAt >= lifetimeMs) return null
      return entry.keptAt > (forgotten.get(entry.reading.snapshot.id) ?? 0) ? entry : null
    },
    keep({ hash, expiresAt }, snapshot, askedAt) {
      // Without the continuity of a Redis it counts for as long as the lease, and no longer.
      const reading = {
        kind: 'read',
        snapshot,
        occupied: true,
        revoked: null,
        changedAt: null,
        continuity: null,
      } as const
      entries.set(hash, { token: { hash, expiresAt }, reading, keptAt: askedAt })
    },
    forget(sessionId, now) {
      forgotten.set(sessionId, now)
    },
  }
}
