import QuickLRU from 'quick-lru'
import type { CacheReading } from './ports.ts'
import type { Snapshot } from './session.ts'

/**
 * Snapshots that this instance has just trusted, in its own memory: a hit costs no round trip. The rules for them are
 * those for snapshots in Redis (deny-set, lease, age), and one more: nothing here shows a mark, so nothing here may
 * serve while Postgres is away.
 */
export type NearCache = {
  read(sessionId: string): CacheReading
  keep(snapshot: Snapshot): void
}

const nothing: CacheReading = { kind: 'away' }

/** Keeps the sessions asked for most recently, up to twice as many as `maxSessions` for a while; 0 switches it off. */
export function createNearCache(maxSessions: number): NearCache {
  if (maxSessions === 0) return { read: () => nothing, keep: () => undefined }
  const readings = new QuickLRU<string, CacheReading>({ maxSize: maxSessions })
  return {
    read: sessionId => readings.get(sessionId) ?? nothing,
    keep: snapshot => {
      // Without the continuity of a Redis it counts for as long as the lease, and no longer.
      const reading = { kind: 'read', snapshot, occupied: true, revoked: null, continuity: null } as const
      readings.set(snapshot.id, reading)
    },
  }
}
