import type { Clock } from '../clock.ts'
import { Problem } from '../errors.ts'
import { judgeAcknowledgement } from './acknowledgement.ts'
import type { Cutoff, DenySet } from './deny-set.ts'
import type { Revoked, SessionCache } from './ports.ts'

/** Asks Postgres how many other instances may not know yet of what these transactions have revoked. */
export type CountUnaware = (xids: readonly string[]) => Promise<number>

/** How a committed revocation comes to hold on every instance. */
export type Propagation = {
  /** Tells this instance, Redis and, by a hint, the others; does not wait for them. */
  announce(revoked: readonly Revoked[]): Promise<void>
  /**
   * Announces, and resolves once no instance can say yes any more. Throws `revocation_unconfirmed` when that cannot
   * be known in time: an instance is out of reach, and Redis as well.
   */
  confirm(revoked: readonly Revoked[]): Promise<void>
  /** The same for a bulk revocation. `marked`: true when all that it covers is marked and Redis confirmed each mark. */
  confirmCutoff(cutoff: Cutoff, xid: string, marked: Promise<boolean>): Promise<void>
  /** The same for a change of a user's roles: from then on no instance goes by the older ones. */
  confirmRoles(userId: string, xid: string, sessionIds: readonly string[]): Promise<void>
}

/** Milliseconds from one look at the acknowledgements to the next; the first come soon, as they usually do. */
const looks = [4, 6, 8, 10, 15, 20, 25]
const laterLook = 50
const remarkEveryMs = 200
/** How far the clock may be behind the database's: what was read since the commit, in its eyes, may have been before. */
const clockMarginMs = 1_000

export function createPropagation(parts: {
  denySet: DenySet
  cache: SessionCache
  clock: Clock
  leaseMs: number
  countUnaware: CountUnaware
}): Propagation {
  const { denySet, cache, clock, leaseMs, countUnaware } = parts

  async function announce(revoked: readonly Revoked[]): Promise<boolean> {
    const now = clock.monotonic()
    for (const { sessionId, reason } of revoked) denySet.add(sessionId, reason, now)
    return await cache.revoke(revoked)
  }

  /** `mark` writes the marks into Redis; true when each is confirmed. */
  async function waitUntilHeld(xids: readonly string[], mark: () => Promise<boolean>): Promise<void> {
    const committedAt = clock.monotonic()
    let marked = await mark()
    let markedAt = clock.monotonic()
    for (let look = 0; ; look++) {
      // Postgres away is no reason to give up: the leases run out by themselves.
      const unaware = await countUnaware(xids).catch(() => Number.POSITIVE_INFINITY)
      const waitedMs = clock.monotonic() - committedAt
      const verdict = judgeAcknowledgement({ unaware, marked, waitedMs }, leaseMs)
      if (verdict === 'held') return
      if (verdict === 'unconfirmed') throw unconfirmed()
      if (!marked && clock.monotonic() - markedAt > remarkEveryMs) {
        marked = await mark()
        markedAt = clock.monotonic()
      }
      await sleep(looks[look] ?? laterLook)
    }
  }

  return {
    async announce(revoked) {
      if (revoked.length > 0) await announce(revoked)
    },
    async confirm(revoked) {
      if (revoked.length === 0) return
      const xids = [...new Set(revoked.map(session => session.xid))]
      await waitUntilHeld(xids, () => announce(revoked))
    },
    async confirmCutoff(cutoff, xid, marked) {
      denySet.addCutoff(cutoff, clock.monotonic())
      cache.hint()
      // Not waited for: to mark a large table takes longer than an answer may; the instances acknowledge long before.
      let allMarked = false
      marked.then(
        confirmed => {
          allMarked = confirmed
        },
        () => undefined,
      )
      await waitUntilHeld([xid], async () => allMarked)
    },
    async confirmRoles(userId, xid, sessionIds) {
      denySet.distrust(userId, clock.now() + clockMarginMs, clock.monotonic())
      await waitUntilHeld([xid], () => cache.forget(sessionIds))
    },
  }
}

function unconfirmed(): Problem {
  return new Problem('revocation_unconfirmed', {
    detail: 'It is done in the database, but not every instance has confirmed it yet. Repeat the call.',
    retryAfterSeconds: 1,
  })
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}
