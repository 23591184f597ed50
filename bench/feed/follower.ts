import { createClock } from '../../src/clock.ts'
import { createDenySet, type DenySet } from '../../src/session/revocation/deny-set.ts'
import { createRevocationFeed, type FeedReader } from '../../src/session/revocation/feed.ts'
import { createLease } from '../../src/session/revocation/lease.ts'
import { createRedisLink } from '../../src/store/redis/link.ts'
import { newsChannel } from '../../src/store/session/cache.ts'
import { createFeedReader } from '../../src/store/session/revocation/feed.ts'

/** What one instance does to follow, without the service around it: its polls, its hints, its acknowledgements. */
export type Follower = {
  /** As Postgres knows its connection. */
  connectionName: string
  denySet: DenySet
  /** What it has asked of Postgres since the last call. */
  takeAsked(): Asked[]
  stop(): Promise<void>
}

export type Asked = {
  what: 'window' | 'since' | 'acknowledge'
  /** Revocations in the answer. */
  rows: number
  /** Nothing was left for another page. */
  isLast: boolean
  /** From the asking to the answer, by the follower's clock. */
  tookMs: number
  failed: boolean
}

export async function startFollower(stores: {
  databaseUrl: string
  redisUrl: string
  instanceId: string
  windowSeconds: number
  leaseMs: number
}): Promise<Follower> {
  let asked: Asked[] = []
  const denySet = createDenySet(stores.windowSeconds * 1000)
  const redis = createRedisLink({ kind: 'standalone', url: stores.redisUrl }, () => undefined)
  await redis.connect()
  const connectionName = `follower ${stores.instanceId}`
  const url = new URL(stores.databaseUrl)
  url.searchParams.set('application_name', connectionName)
  const reader = createFeedReader(url.href, { id: stores.instanceId, place: null }, stores.windowSeconds)
  const feed = createRevocationFeed({
    reader: timed(reader, one => asked.push(one)),
    denySet,
    lease: createLease(stores.leaseMs),
    clock: createClock(),
    observer: {
      verified: () => undefined,
      rotated: () => undefined,
      revoked: () => undefined,
      held: () => undefined,
      unconfirmed: () => undefined,
      polled: () => undefined,
    },
    health: { reached: () => undefined, missed: () => undefined, isUp: () => true },
    redisContinuity: redis.continuity,
    keepsSnapshots: true,
    followRing: async () => undefined,
    learnOutages: async () => undefined,
  })
  redis.subscribe(newsChannel, feed.hint)
  feed.start()
  return {
    connectionName,
    denySet,
    takeAsked() {
      const taken = asked
      asked = []
      return taken
    },
    async stop() {
      await feed.stop()
      redis.close()
    },
  }
}

function timed(reader: FeedReader, note: (asked: Asked) => void): FeedReader {
  async function measured<T>(
    what: Asked['what'],
    work: Promise<T>,
    read: (answer: T) => { rows: number; isLast: boolean },
  ): Promise<T> {
    const began = performance.now()
    let asked = { what, rows: 0, isLast: false, failed: true }
    try {
      const answer = await work
      asked = { what, ...read(answer), failed: false }
      return answer
    } finally {
      note({ ...asked, tookMs: performance.now() - began })
    }
  }
  return {
    ...reader,
    read: (place, rest) =>
      measured(place === null ? 'window' : 'since', reader.read(place, rest), page => ({
        rows: page.revocations.length,
        isLast: page.rest === null,
      })),
    acknowledge: (place, redisRunId) =>
      measured('acknowledge', reader.acknowledge(place, redisRunId), () => ({ rows: 0, isLast: true })),
  }
}
