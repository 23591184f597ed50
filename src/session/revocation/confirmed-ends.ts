import QuickLRU from 'quick-lru'
import type { Clock, Instant } from '../../clock.ts'
import type { DenySet } from './deny-set.ts'
import type { Lease } from './lease.ts'

/**
 * Sessions whose revocation was confirmed on every instance within the last minute: to end one of them again takes no
 * read. As a snapshot does, this counts only while the lease holds, and not past a change of the database's server, which
 * may have lost the revocation.
 */
export type ConfirmedEnds = {
  has(sessionId: string): boolean
  /** Once the revocation holds on every instance, and no earlier; `askedAt`: before that was looked at. */
  add(sessionId: string, askedAt: Instant): void
}

/** About 100 bytes each, and for a while up to twice as many. */
const sessionsKept = 20_000
const keptMs = 60_000

export function createConfirmedEnds(
  clock: Pick<Clock, 'monotonic'>,
  denySet: Pick<DenySet, 'isOutdated'>,
  lease: Pick<Lease, 'holds'>,
): ConfirmedEnds {
  const confirmed = new QuickLRU<string, Instant>({ maxSize: sessionsKept, maxAge: keptMs })
  return {
    has(sessionId) {
      const askedAt = confirmed.get(sessionId)
      if (askedAt === undefined || !lease.holds(clock.monotonic(), null)) return false
      return !denySet.isOutdated({ userId: '', readAt: askedAt })
    },
    add(sessionId, askedAt) {
      confirmed.set(sessionId, askedAt)
    },
  }
}
