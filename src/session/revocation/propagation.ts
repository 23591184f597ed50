import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock, Instant } from '../../clock.ts'
import { Problem } from '../../errors.ts'
import type { SessionObserver } from '../observer.ts'
import type { MarkedOn, Revoked, SessionCache } from '../ports.ts'
import { judgeAcknowledgement, patienceMs } from './acknowledgement.ts'
import type { Cutoff, DenySet } from './deny-set.ts'

/** A session's revocation or a cut-off, by its id, as one transaction has put it on the feed. */
export type FeedEntry = { id: string; xid: string }

/** What Postgres says of entries that were committed a moment ago. */
export type Standing = {
  /** Other instances that may not have read of them yet. */
  unaware: number
  /** Those of them that read a Redis, and not the one that confirmed the marks. */
  unmarked: number
  /** An entry is not there any more: the server that answers is not the one that committed it. */
  lost: boolean
  /** The database's time at the look: a read that begins later sees what the entries' transactions wrote. Null: unknown. */
  now: Instant | null
}

export type ReadStanding = (entries: readonly FeedEntry[], markedOn: MarkedOn) => Promise<Standing>

/** What makes older snapshots of a user wrong: other roles, or a new password. */
export type UserChange = {
  userId: string
  /** Of the transaction that put the user on the feed. */
  xid: string
  /** The sessions that go on. */
  sessionIds: readonly string[]
  /** Those that ended in the same transaction. */
  revoked: readonly Revoked[]
}

/** How a committed revocation comes to hold on every instance. */
export type Propagation = {
  /** Tells this instance, Redis and, by a hint, the others; does not wait for them. */
  announce(revoked: readonly Revoked[]): Promise<void>
  /**
   * Announces, and resolves once no instance can say yes any more. Throws `revocation_unconfirmed` when that cannot
   * be known in time: an instance is out of reach, and its Redis as well; and `store_unavailable` when the database
   * has lost the revocation, as after a failover to a standby that lagged behind.
   */
  confirm(revoked: readonly Revoked[]): Promise<void>
  /**
   * The same for a revocation that was committed before. Where every instance has it, that is one read; else it is
   * announced again and waited for, as by whoever committed it.
   */
  confirmStanding(revoked: Revoked): Promise<void>
  /** The same for a bulk revocation. `marked` resolves when all that it covers is marked. */
  confirmCutoff(cutoff: Cutoff, xid: string, marked: Promise<MarkedOn>): Promise<void>
  /** The same for a change of a user: resolves once no instance uses a snapshot of before it. */
  confirmUser(change: UserChange): Promise<void>
}

/** Milliseconds from one look at the acknowledgements to the next; the first come soon, as they usually do. */
const looks = [4, 6, 8, 10, 15, 20, 25]
const laterLook = 50
const remarkEveryMs = 200
/** Milliseconds for the look that needs no announcement; with all the others it stays within the time of a request. */
const firstLookMs = 150
/** Past the end of patience, so that what comes at the last moment still counts. */
const lastLookMs = 50
/** How far the clock may be behind the database's: what was read since the commit, in its eyes, may have been before. */
const clockMarginMs = 1_000

/** Postgres does not say: not knowing who has read of it, or which Redis they read, is no reason to say yes. */
const unknown: Standing = {
  unaware: Number.POSITIVE_INFINITY,
  unmarked: Number.POSITIVE_INFINITY,
  lost: false,
  now: null,
}

export function createPropagation(parts: {
  denySet: DenySet
  cache: SessionCache
  clock: Clock
  leaseMs: number
  readStanding: ReadStanding
  observer: SessionObserver
}): Propagation {
  const { denySet, cache, clock, leaseMs, readStanding, observer } = parts

  async function announce(revoked: readonly Revoked[]): Promise<MarkedOn> {
    const now = clock.monotonic()
    for (const { sessionId, reason } of revoked) denySet.add(sessionId, reason, now)
    return await cache.revoke(revoked)
  }

  function count(revoked: readonly Revoked[]): void {
    for (const { reason, isNew } of revoked) if (isNew) observer.revoked(reason, 1)
  }

  /** `tell` writes to Redis what an instance without Postgres must find there: marks, which outlast a late snapshot. */
  async function waitUntilHeld(entries: readonly FeedEntry[], tell: () => Promise<MarkedOn>): Promise<void> {
    const committedAt = clock.monotonic()
    let toldAt = committedAt
    let toldOn = await tell()
    for (let look = 0; ; look++) {
      const left = patienceMs - (clock.monotonic() - committedAt)
      const standing = await orUnknown(readStanding(entries, toldOn), left)
      const waitedMs = clock.monotonic() - committedAt
      if (isHeld(standing, waitedMs)) return observer.held(waitedMs)
      if (standing.unmarked > 0 && clock.monotonic() - toldAt > remarkEveryMs) {
        toldAt = clock.monotonic()
        toldOn = await tell()
      }
      await sleep(looks[look] ?? laterLook)
    }
  }

  /** Marks what has ended and what goes on. */
  function teller(entries: readonly FeedEntry[], { revoked, sessionIds }: UserChange) {
    let changedAt: Instant | null = null

    /** It takes a look after the commit: by the time of one before, a snapshot of before could seem new. */
    async function markChanged(): Promise<MarkedOn> {
      changedAt ??= (await orUnknown(readStanding(entries, null), firstLookMs)).now
      return changedAt === null ? null : await cache.markChanged(sessionIds, changedAt)
    }

    return async (): Promise<MarkedOn> => {
      if (revoked.length === 0) return await markChanged()
      const [revokedOn, changedOn] = await Promise.all([announce(revoked), markChanged()])
      return revokedOn === changedOn ? revokedOn : null
    }
  }

  function isHeld(standing: Standing, waitedMs: number): boolean {
    if (standing.lost) throw lost()
    const verdict = judgeAcknowledgement({ ...standing, waitedMs }, leaseMs)
    if (verdict !== 'unconfirmed') return verdict === 'held'
    observer.unconfirmed()
    throw unconfirmed()
  }

  return {
    async announce(revoked) {
      count(revoked)
      if (revoked.length > 0) await announce(revoked)
    },
    async confirm(revoked) {
      count(revoked)
      if (revoked.length === 0) return
      await waitUntilHeld(entriesOf(revoked), () => announce(revoked))
    },
    async confirmStanding(revoked) {
      denySet.add(revoked.sessionId, revoked.reason, clock.monotonic())
      const entries = [{ id: revoked.sessionId, xid: revoked.xid }]
      const standing = await orUnknown(readStanding(entries, null), firstLookMs)
      if (standing.unaware === 0 && !standing.lost) return
      await waitUntilHeld(entries, () => announce([revoked]))
    },
    async confirmCutoff(cutoff, xid, marked) {
      denySet.addCutoff(cutoff, clock.monotonic())
      cache.hint()
      // Not waited for: to mark a large table takes longer than an answer may; the instances acknowledge long before.
      let markedOn: MarkedOn = null
      marked.then(
        server => {
          markedOn = server
        },
        () => undefined,
      )
      await waitUntilHeld([{ id: cutoff.id, xid }], async () => markedOn)
    },
    async confirmUser(change) {
      const { userId, xid, revoked } = change
      count(revoked)
      denySet.distrust(userId, clock.now() + clockMarginMs, clock.monotonic())
      const entries = [{ id: userId, xid }, ...entriesOf(revoked)]
      await waitUntilHeld(entries, teller(entries, change))
    },
  }
}

function entriesOf(revoked: readonly Revoked[]): FeedEntry[] {
  return revoked.map(({ sessionId, xid }) => ({ id: sessionId, xid }))
}

/** Postgres may take longer to answer than there is left to wait; then it is as if it had not. */
async function orUnknown(reading: Promise<Standing>, leftMs: number): Promise<Standing> {
  // It must not keep a process alive that has its answer.
  const late = sleep(Math.max(0, leftMs) + lastLookMs, unknown, { ref: false })
  return await Promise.race([reading.catch(() => unknown), late])
}

function unconfirmed(): Problem {
  return new Problem('revocation_unconfirmed', {
    detail:
      'It is committed, but not every instance has confirmed it yet. Repeat the call; after a password change, sign in with the new password.',
    retryAfterSeconds: 1,
  })
}

function lost(): Problem {
  return new Problem('store_unavailable', {
    detail: 'The database has changed servers and does not know of the revocation. Repeat the call.',
    retryAfterSeconds: 1,
  })
}
