import type { Clock, Instant } from '../../clock.ts'
import type { StoreHealth } from '../../observability.ts'
import type { SessionObserver } from '../observer.ts'
import type { RevocationReason } from '../session.ts'
import type { Cutoff, DenySet } from './deny-set.ts'
import type { Lease, RedisContinuity } from './lease.ts'

/** What one statement has read. A read of many revocations is cut into pages, and counts once all have been read. */
export type FeedPage = {
  revocations: { sessionId: string; reason: RevocationReason }[]
  cutoffs: Cutoff[]
  /** Users whose roles have changed. */
  roleChanges: string[]
  /** Changes with the signing keys and the secrets in use. */
  ringVersion: string
  /** Where to go on from, and what to acknowledge, once there is no rest: that of the first page. */
  place: FeedPlace
  rest: FeedRest | null
  now: Instant
}

/** What the pages so far had no room for: what comes behind that row, and what the place shows. */
export type FeedRest = { place: FeedPlace; after: { key: string; sessionId: string } }

/** `snapshot` is `pg_snapshot`'s text: all transactions that it shows have been read. */
export type FeedPlace = { snapshot: string; timeline: string }

export type FeedReader = {
  /**
   * Reads a page of what has committed since `place`; without one, of the whole window; the first page, or that of the
   * rest. Throws `FeedLostError` when the server is not the one that the place was taken on (a failover), and whatever
   * Postgres or the connection says.
   */
  read(place: FeedPlace | null, rest: FeedRest | null): Promise<FeedPage>
  /** Puts it on record when no instance has been seen for some seconds: an outage, also for instances to come. */
  noteOutage(): Promise<void>
  /** Puts this instance on the list; whether revocations wait for it there. */
  register(isWaitedFor: boolean): Promise<void>
  /**
   * Notes that this instance is alive, how far it has read (null: nobody waits for it), and which Redis it reads. False:
   * it is not on the list (any more).
   */
  acknowledge(place: FeedPlace | null, redisRunId: string | null): Promise<boolean>
  /** Notes only that this instance is alive. False: it is not on the list (any more). */
  noteSeen(): Promise<boolean>
  /** Nobody waits for it any more. When it was last seen stays on the list. */
  unregister(): Promise<void>
  /** Takes off the list whoever was in this instance's place before, and has not been seen since that instant. */
  takeOver(since: Instant): Promise<void>
  close(): Promise<void>
}

/** The place does not belong to this server's history: the whole window must be read again. */
export class FeedLostError extends Error {
  constructor() {
    super('the database is not the one that was followed before')
    this.name = 'FeedLostError'
  }
}

export type RevocationFeed = {
  start(): void
  /** Somebody says that there is something to read. */
  hint(): void
  /** This instance has its place to itself: nobody need wait any more for one that was there before, and was killed. */
  takeOver(): void
  /** Stops following, and takes this instance off the list: nobody waits for it any more. */
  stop(): Promise<void>
}

/** Milliseconds from one poll to the next, without and with a hint. */
const intervalMs = 250
const hintedIntervalMs = 25
/** At least this often the list is told that this instance is alive, by an acknowledgement or between two pages. */
const seenEveryMs = 1_000
/** Silent for this long, others may soon stop waiting for this instance: on the list again before it reads on. */
const silenceMs = 30_000
/** Silent for this long, this instance may have been the last one: what follows is noted as an outage. */
export const unheardMs = 3_000

/**
 * The one poll that every instance makes all the time: follows the revocations of all instances into the deny-set,
 * renews the lease of the snapshots, takes over the database's clock, and notices when the keys have changed.
 */
export function createRevocationFeed(parts: {
  reader: FeedReader
  denySet: DenySet
  lease: Lease
  clock: Clock
  health: StoreHealth
  observer: SessionObserver
  redisContinuity: () => RedisContinuity
  /** Whether snapshots are kept here; without them nobody waits for this instance. */
  keepsSnapshots: boolean
  /** Told of the keys' and secrets' version with every poll; takes over new ones. */
  followRing: (version: string) => Promise<void>
  /** Reads the outages on record, the one that has just been noted included. */
  learnOutages: () => Promise<void>
}): RevocationFeed {
  const { reader, denySet, lease, clock, health, observer } = parts
  const { redisContinuity, keepsSnapshots, followRing, learnOutages } = parts
  let place: FeedPlace | null = null
  /** Of the server that was followed last, also when the place on it was given up. */
  let timeline: string | null = null
  let isLost = false
  let registered = false
  /** When the list was last told that this instance is alive. */
  let seenAt = Number.NEGATIVE_INFINITY
  /** The Redis that the list says this instance reads; undefined when it is not known what the list says. */
  let notedRedis: string | null | undefined
  let polledAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null
  let hinted = false
  /** Of the monotonic clock; null: the place is not this instance's yet, or whoever was there before is off the list. */
  let takesOverFrom: number | null = null
  let stopped = false

  async function poll(): Promise<void> {
    polledAt = clock.monotonic()
    hinted = false
    try {
      const silentMs = clock.monotonic() - seenAt
      // Before it is seen again, for then the outage would be over and nobody would know of it.
      if (silentMs > unheardMs) {
        await reader.noteOutage()
        await learnOutages()
      }
      // On the list first, then the window: whoever revokes in between waits for this instance, or is in the window.
      if (silentMs > silenceMs) registered = false
      if (!registered) await register()
      await follow()
      health.reached()
    } catch (error) {
      // The deny-set stays, and the lease runs out by itself; the next connection reads the whole window.
      place = null
      if (error instanceof FeedLostError) {
        isLost = true
        lease.lapse()
      } else lease.missed()
      health.missed(error)
    }
  }

  async function register(): Promise<void> {
    await reader.register(keepsSnapshots)
    registered = true
    notedRedis = null
  }

  async function follow(): Promise<void> {
    const beganAt = clock.monotonic()
    // As it was before the poll: a break while it runs must count as one after it.
    const redis = redisContinuity()
    let page = await reader.read(place, null)
    let rows = learn(page)
    while (page.rest !== null) {
      await noteSeen()
      page = await reader.read(place, page.rest)
      rows += learn(page)
    }
    observer.polled(beganAt, clock.monotonic() - beganAt, rows)
    place = page.place
    // A session whose sign-in was lost with the old server is none that the new one could revoke.
    if (isLost || (timeline !== null && timeline !== place.timeline)) denySet.distrustAll(page.now)
    timeline = place.timeline
    isLost = false
    // A Redis may vouch only once it is noted: whoever revokes must know where a mark is read.
    lease.renew(beganAt, redis?.runId === notedRedis ? redis : null)
    await acknowledge(page.place, rows > 0, redis?.runId ?? null)
    await takeOver()
    await followRing(page.ringVersion)
  }

  /** A long window takes many pages. Unseen meanwhile, it would be on record as an outage, although it answers. */
  async function noteSeen(): Promise<void> {
    const now = clock.monotonic()
    if (now - seenAt >= seenEveryMs && (await reader.noteSeen())) seenAt = now
  }

  /** However late it comes, it is about those from before: by now somebody else may listen there. */
  async function takeOver(): Promise<void> {
    if (takesOverFrom === null) return
    await reader.takeOver(clock.now() - (clock.monotonic() - takesOverFrom))
    takesOverFrom = null
  }

  /** Returns how much there was to learn. */
  function learn({ now, revocations, cutoffs, roleChanges }: FeedPage): number {
    clock.synchronise(now)
    const seenAt = clock.monotonic()
    for (const { sessionId, reason } of revocations) denySet.add(sessionId, reason, seenAt)
    for (const cutoff of cutoffs) denySet.addCutoff(cutoff, seenAt)
    // A read that began after this poll's time saw the new roles; one before may not have, whatever its commit order.
    for (const userId of roleChanges) denySet.distrust(userId, now, seenAt)
    denySet.expire(seenAt)
    return revocations.length + cutoffs.length + roleChanges.length
  }

  async function acknowledge(read: FeedPlace, isNews: boolean, redisRunId: string | null): Promise<void> {
    const now = clock.monotonic()
    const isDue = now - seenAt >= seenEveryMs
    const isWaitedForNews = keepsSnapshots && (isNews || redisRunId !== notedRedis)
    if (!isDue && !isWaitedForNews) return
    notedRedis = undefined
    registered = await reader.acknowledge(keepsSnapshots ? read : null, redisRunId)
    notedRedis = redisRunId
    seenAt = now
    if (registered) return
    // Taken off the list, as after a long freeze: nobody has waited for this instance meanwhile.
    lease.lapse()
    place = null
  }

  function plan(): void {
    if (stopped || running !== null) return
    clearTimeout(timer)
    const dueAt = polledAt + (hinted ? hintedIntervalMs : intervalMs)
    timer = setTimeout(
      () => {
        running = poll().finally(() => {
          running = null
          plan()
        })
      },
      Math.max(0, dueAt - clock.monotonic()),
    )
  }

  return {
    start: plan,
    hint() {
      hinted = true
      plan()
    },
    takeOver() {
      if (keepsSnapshots) takesOverFrom = clock.monotonic()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
      lease.lapse()
      await reader.unregister().catch(() => undefined)
      await reader.close()
    },
  }
}
