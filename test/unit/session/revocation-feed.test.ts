import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import { createDenySet } from '../../../src/session/revocation/deny-set.ts'
import {
  createRevocationFeed,
  FeedLostError,
  type FeedPage,
  type FeedPlace,
  type FeedReader,
  type FeedRest,
} from '../../../src/session/revocation/feed.ts'
import { createLease, type RedisContinuity } from '../../../src/session/revocation/lease.ts'
import { nobody } from '../../support/domain.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})

afterEach(() => {
  vi.useRealTimers()
})

const server1 = { runId: 'server 1' }
const server2 = { runId: 'server 2' }

const place = (snapshot: string): FeedPlace => ({ snapshot, timeline: '1' })

function page(snapshot: string, ...revoked: string[]): FeedPage {
  return {
    revocations: revoked.map(sessionId => ({ sessionId, reason: 'user' })),
    cutoffs: [],
    roleChanges: [],
    ringVersion: 'ring 1',
    place: place(snapshot),
    rest: null,
    now: Date.now(),
  }
}

function behind(sessionId: string): FeedRest {
  return { place: place('3:3:'), after: { key: '1', sessionId } }
}

/** A follower of a feed that is written by hand: what it asks for, when, and what it makes of the answers. */
function follower(options: { keepsSnapshots?: boolean } = {}) {
  const asked: { at: number; what: string }[] = []
  const answers = {
    read: async (_place: FeedPlace | null, _rest: FeedRest | null): Promise<FeedPage> => page('1:1:'),
    register: async (): Promise<void> => undefined,
    acknowledge: async (_: string | null): Promise<boolean> => true,
    unregister: async (): Promise<void> => undefined,
    takeOver: async (_since: number): Promise<void> => undefined,
    followRing: async (): Promise<void> => undefined,
    learnOutages: async () => undefined,
    redis: (): RedisContinuity => server1,
  }
  const outagesNotedAt: number[] = []
  const seenAt: number[] = []
  const note = (what: string) => asked.push({ at: Date.now(), what })
  const reader: FeedReader = {
    async read(from, rest) {
      const behind = rest === null ? '' : `, behind ${rest.after.sessionId}`
      note((from === null ? 'window' : `since ${from.snapshot}`) + behind)
      return await answers.read(from, rest)
    },
    async noteOutage() {
      outagesNotedAt.push(Date.now())
    },
    async register() {
      note('register')
      await answers.register()
    },
    async acknowledge(from, redisRunId) {
      note(`acknowledge ${from === null ? 'that it is alive' : from.snapshot}`)
      return await answers.acknowledge(redisRunId)
    },
    async noteSeen() {
      seenAt.push(Date.now())
      return true
    },
    async unregister() {
      note('unregister')
      await answers.unregister()
    },
    async takeOver(since) {
      note(`take over since ${since}`)
      await answers.takeOver(since)
    },
    async close() {
      note('close')
    },
  }
  const clock: Clock = { now: Date.now, monotonic: Date.now, synchronise: () => undefined }
  const denySet = createDenySet(60_000)
  const lease = createLease(1_000)
  const health: string[] = []
  const feed = createRevocationFeed({
    reader,
    denySet,
    lease,
    clock,
    health: {
      reached: () => health.push('reached'),
      missed: error => health.push(error instanceof Error ? error.message : 'missed'),
      isUp: () => true,
    },
    observer: nobody,
    redisContinuity: () => answers.redis(),
    keepsSnapshots: options.keepsSnapshots ?? true,
    followRing: () => answers.followRing(),
    learnOutages: async () => undefined,
  })
  return {
    feed,
    answers,
    denySet,
    health,
    /** What was asked since the last time. */
    asked: () => asked.splice(0).map(({ what }) => what),
    /** When it was asked whether any instance has been seen lately. */
    outagesNotedAt,
    /** When it was noted between two pages that this instance is alive. */
    seenAt,
    /** When the polls since the last time began. */
    polls: () =>
      asked
        .splice(0)
        .filter(({ what }) => what === 'window' || what.startsWith('since'))
        .map(({ at }) => at),
    holds: (redis: RedisContinuity = server1) => lease.holds(Date.now(), redis),
  }
}

function pass(milliseconds: number): Promise<unknown> {
  return vi.advanceTimersByTimeAsync(milliseconds)
}

function gate<T>() {
  let open: (value: T) => void = () => undefined
  const passed = new Promise<T>(resolve => {
    open = resolve
  })
  return { passed, open }
}

describe('a follower of the revocation feed', () => {
  it('distrusts what was read before the poll of a user whose roles have changed, and acknowledges it at once', async () => {
    const { feed, answers, asked, denySet } = follower()
    feed.start()
    await pass(0)
    asked()
    answers.read = async () => ({ ...page('2:2:'), roleChanges: ['u'] })
    await pass(250)
    expect(asked()).toEqual(['since 1:1:', 'acknowledge 2:2:'])
    const polledAt = Date.now()
    const outdated = (userId: string, readAt: number) => denySet.isOutdated({ userId, readAt })
    expect(outdated('u', polledAt)).toBe(true)
    expect(outdated('u', polledAt + 1)).toBe(false)
    expect(outdated('v', 0)).toBe(false)
    await feed.stop()
  })

  it('is on the list before it loads the window, and acknowledges it', async () => {
    const { feed, asked, holds } = follower()
    feed.start()
    expect(holds()).toBe(false)
    await pass(0)
    expect(asked()).toEqual(['register', 'window', 'acknowledge 1:1:'])
    expect(holds()).toBe(true)
  })

  it('trusts no snapshot before the window is loaded', async () => {
    const { feed, answers, holds } = follower()
    const window = gate<FeedPage>()
    answers.read = () => window.passed
    feed.start()
    await pass(100)
    expect(holds()).toBe(false)
    window.open(page('1:1:'))
    await pass(0)
    expect(holds()).toBe(true)
  })

  it('does not load the window while it cannot be put on the list', async () => {
    const { feed, answers, asked, holds } = follower()
    answers.register = async () => {
      throw new Error('away')
    }
    feed.start()
    await pass(0)
    expect(asked()).toEqual(['register'])
    expect(holds()).toBe(false)
    answers.register = async () => undefined
    await pass(250)
    expect(asked()).toEqual(['register', 'window', 'acknowledge 1:1:'])
  })

  it('reads page after page, and counts, and acknowledges, none before the last', async () => {
    const { feed, answers, asked, denySet, holds } = follower()
    const last = gate<FeedPage>()
    answers.read = async (_place, rest) => {
      if (rest === null) return { ...page('3:3:', 'a'), rest: behind('a') }
      return rest.after.sessionId === 'a' ? { ...page('3:3:', 'b'), rest: behind('b') } : await last.passed
    }
    feed.start()
    await pass(100)
    expect(asked()).toEqual(['register', 'window', 'window, behind a', 'window, behind b'])
    expect(denySet.reasonForId('b')).toBe('user')
    expect(holds()).toBe(false)
    last.open(page('3:3:'))
    await pass(0)
    expect(asked()).toEqual(['acknowledge 3:3:'])
    expect(holds()).toBe(true)
    await pass(250)
    expect(asked()[0]).toBe('since 3:3:')
  })

  it('is seen every second while it reads a window of many pages, and notes no outage when that fails in the end', async () => {
    const { feed, answers, outagesNotedAt, seenAt } = follower()
    feed.start()
    await pass(0)
    expect(outagesNotedAt).toEqual([0])
    let pages = 0
    answers.read = async (from, rest) => {
      await new Promise(resolve => setTimeout(resolve, 300))
      if (pages++ === 20) throw new Error('down')
      return { ...page('3:3:'), rest: rest ?? { ...behind('a'), place: from ?? place('1:1:') } }
    }
    await pass(6_600)
    expect(pages).toBeGreaterThan(20)
    expect(seenAt.slice(0, 5)).toEqual([1_150, 2_350, 3_550, 4_750, 5_950])
    await pass(1_000)
    expect(outagesNotedAt).toEqual([0])
  })

  it('begins with the first page again when one has failed', async () => {
    const { feed, answers, asked, holds } = follower()
    answers.read = async (_place, rest) => {
      if (rest !== null) throw new Error('away')
      return { ...page('3:3:', 'a'), rest: behind('a') }
    }
    feed.start()
    await pass(250)
    expect(asked().filter(what => what !== 'register')).toEqual([
      ...['window', 'window, behind a'],
      ...['window', 'window, behind a'],
    ])
    expect(holds()).toBe(false)
  })

  it('takes off the list who had its place before, once it has it to itself, again until it is done', async () => {
    const { feed, answers, asked } = follower()
    feed.start()
    await pass(100)
    expect(asked().filter(what => what.startsWith('take over'))).toEqual([])
    answers.takeOver = async () => {
      throw new Error('away')
    }
    feed.takeOver()
    await pass(150)
    expect(asked()).toContain('take over since 100')
    answers.takeOver = async () => undefined
    await pass(250)
    // However late: somebody else may listen there by now.
    expect(asked()).toContain('take over since 100')
    await pass(1_000)
    expect(asked().filter(what => what.startsWith('take over'))).toEqual([])
  })

  it('goes on from where it was, every 250 ms', async () => {
    const { feed, answers, asked } = follower()
    feed.start()
    await pass(0)
    answers.read = async () => page('2:2:')
    asked()
    await pass(249)
    expect(asked()).toEqual([])
    await pass(1)
    expect(asked()).toEqual(['since 1:1:'])
    await pass(250)
    expect(asked()).toEqual(['since 2:2:'])
  })

  it('never has two polls under way', async () => {
    const { feed, answers, polls } = follower()
    const slow = gate<FeedPage>()
    answers.read = () => slow.passed
    feed.start()
    await pass(0)
    feed.hint()
    await pass(1_000)
    expect(polls()).toEqual([0])
    slow.open(page('1:1:'))
    await pass(0)
    expect(polls()).toEqual([1_000])
  })

  it('counts the lease from when its poll began', async () => {
    const { feed, answers, holds } = follower()
    const slow = gate<FeedPage>()
    answers.read = () => slow.passed
    feed.start()
    await pass(300)
    slow.open(page('1:1:'))
    answers.acknowledge = () => new Promise(() => undefined)
    await pass(699)
    expect(holds()).toBe(true)
    await pass(1)
    expect(holds()).toBe(false)
  })

  it('denies what it has read, and acknowledges only then', async () => {
    const { feed, answers, asked, denySet } = follower()
    feed.start()
    await pass(0)
    asked()
    answers.read = async () => page('2:2:', 'a')
    answers.acknowledge = async () => {
      expect(denySet.reasonForId('a')).toBe('user')
      return true
    }
    await pass(250)
    expect(asked()).toEqual(['since 1:1:', 'acknowledge 2:2:'])
    expect(denySet.reasonForId('a')).toBe('user')
  })

  it('denies what a cut-off covers, and acknowledges it at once', async () => {
    const { feed, answers, asked, denySet } = follower()
    feed.start()
    await pass(0)
    asked()
    const cutoff = { id: 'c', scope: 'all', subject: null, issuedBefore: 10 } as const
    answers.read = async () => ({ ...page('2:2:'), cutoffs: [cutoff] })
    await pass(250)
    expect(asked()).toEqual(['since 1:1:', 'acknowledge 2:2:'])
    const session = { id: 'a', clientType: 'portal', ipAddress: null, createdAt: 9 }
    expect(denySet.reasonFor(session)).toBe('bulk')
  })

  it('acknowledges once a second when there is nothing new', async () => {
    const { feed, asked } = follower()
    feed.start()
    await pass(0)
    asked()
    await pass(3_000)
    expect(asked().filter(what => what.startsWith('acknowledge'))).toHaveLength(3)
  })

  it('polls at once when hinted at, but at most every 25 ms', async () => {
    const { feed, polls } = follower()
    feed.start()
    await pass(100)
    expect(polls()).toEqual([0])
    feed.hint()
    await pass(0)
    expect(polls()).toEqual([100])
    for (let hint = 0; hint < 100; hint++) {
      feed.hint()
      await pass(1)
    }
    expect(polls()).toEqual([125, 150, 175, 200])
  })

  it('polls once more when it was hinted at during a poll', async () => {
    const { feed, answers, polls } = follower()
    feed.start()
    await pass(200)
    const slow = gate<FeedPage>()
    answers.read = () => slow.passed
    feed.hint()
    await pass(5)
    feed.hint()
    slow.open(page('2:2:'))
    await pass(20)
    expect(polls()).toEqual([0, 200, 225])
  })

  it('tells of a poll that failed, and goes on', async () => {
    const { feed, answers, health, polls } = follower()
    feed.start()
    await pass(0)
    answers.read = async () => {
      throw new Error('away')
    }
    await pass(250)
    answers.read = async () => page('2:2:')
    await pass(250)
    expect(health).toEqual(['reached', 'away', 'reached'])
    expect(polls()).toEqual([0, 250, 500])
  })

  it('reads the whole window after a poll that failed, and stays on the list', async () => {
    const { feed, answers, asked } = follower()
    feed.start()
    await pass(0)
    asked()
    answers.read = async () => {
      throw new Error('away')
    }
    await pass(250)
    answers.read = async () => page('2:2:')
    await pass(250)
    expect(asked()).toEqual(['since 1:1:', 'window'])
  })

  it('keeps what it denies, and its lease, when a poll fails', async () => {
    const { feed, answers, denySet, holds } = follower()
    answers.read = async () => page('1:1:', 'a')
    feed.start()
    await pass(250)
    answers.read = async () => {
      throw new Error('away')
    }
    await pass(5_000)
    expect(denySet.reasonForId('a')).toBe('user')
    expect(holds(server1)).toBe(true)
    expect(holds(server2)).toBe(false)
  })

  it('trusts nothing when the database is not the one it followed, until it has read its window', async () => {
    const { feed, answers, asked, holds } = follower()
    feed.start()
    await pass(0)
    asked()
    answers.read = async from => {
      if (from !== null) throw new FeedLostError()
      return page('1:1:')
    }
    await pass(250)
    expect(holds()).toBe(false)
    await pass(250)
    expect(holds()).toBe(true)
    expect(asked()).toEqual(['since 1:1:', 'window'])
  })

  it('trusts no snapshot from before a failover, also when it has missed polls meanwhile', async () => {
    const { feed, answers, denySet } = follower()
    feed.start()
    await pass(0)
    const read = { userId: 'somebody', readAt: Date.now() + 300 }
    answers.read = async () => {
      throw new Error('away')
    }
    await pass(250)
    answers.read = async () => page('1:1:')
    await pass(250)
    expect(denySet.isOutdated(read)).toBe(false)
    answers.read = async () => {
      throw new Error('away')
    }
    await pass(250)
    answers.read = async () => ({ ...page('1:1:'), place: { snapshot: '1:1:', timeline: '2' } })
    await pass(250)
    expect(denySet.isOutdated(read)).toBe(true)
    expect(denySet.isOutdated({ ...read, readAt: Date.now() + 1 })).toBe(false)
  })

  it('starts over when it was taken off the list', async () => {
    const { feed, answers, asked, holds } = follower()
    feed.start()
    await pass(0)
    asked()
    answers.acknowledge = async () => false
    answers.read = async () => page('2:2:', 'a')
    await pass(250)
    expect(asked()).toEqual(['since 1:1:', 'acknowledge 2:2:'])
    expect(holds()).toBe(false)
    answers.acknowledge = async () => true
    await pass(250)
    expect(asked()).toEqual(['register', 'window', 'acknowledge 2:2:'])
    expect(holds()).toBe(true)
  })

  it('notes at once that it reads another Redis, and trusts that one alone only when it is noted', async () => {
    const { feed, answers, holds } = follower()
    const noted: (string | null)[] = []
    answers.acknowledge = async redisRunId => {
      noted.push(redisRunId)
      return true
    }
    feed.start()
    await pass(250)
    answers.redis = () => server2
    await pass(250)
    answers.read = async () => {
      throw new Error('away')
    }
    await pass(1_500)
    expect(noted).toEqual(['server 1', 'server 2'])
    expect(holds(server1)).toBe(false)
    expect(holds(server2)).toBe(false)
    answers.read = async () => page('1:1:')
    await pass(500)
    answers.read = async () => {
      throw new Error('away')
    }
    await pass(5_000)
    expect(holds(server2)).toBe(true)
  })

  it('notes its Redis again when it did not hear whether it was noted', async () => {
    const { feed, answers, holds } = follower()
    const noted: (string | null)[] = []
    answers.acknowledge = async redisRunId => {
      noted.push(redisRunId)
      throw new Error('away')
    }
    feed.start()
    await pass(500)
    expect(noted).toEqual(['server 1', 'server 1', 'server 1'])
    expect(holds()).toBe(true)
    await pass(1_500)
    answers.read = async () => {
      throw new Error('away')
    }
    await pass(1_500)
    expect(holds()).toBe(false)
  })

  it('has an outage noted before it is seen again: at its start, and when it was silent for seconds', async () => {
    const { feed, answers, outagesNotedAt, asked } = follower()
    feed.start()
    await pass(10_000)
    expect(outagesNotedAt).toEqual([0])
    answers.acknowledge = async () => {
      throw new Error('away')
    }
    await pass(5_000)
    expect(outagesNotedAt.slice(1).length).toBeGreaterThan(0)
    answers.acknowledge = async () => true
    outagesNotedAt.splice(0)
    asked()
    await pass(250)
    expect(outagesNotedAt).toEqual([Date.now()])
    await pass(5_000)
    expect(outagesNotedAt).toHaveLength(1)
    await feed.stop()
  })

  it('that keeps no snapshots says each second that it is alive, and nobody waits for it', async () => {
    const { feed, answers, asked, denySet } = follower({ keepsSnapshots: false })
    answers.read = async () => page('1:1:', 'a')
    feed.start()
    await pass(250)
    expect(asked()).toEqual(['register', 'window', 'acknowledge that it is alive', 'since 1:1:'])
    await pass(1_000)
    expect(asked()).toEqual([
      ...['since 1:1:', 'since 1:1:', 'since 1:1:', 'acknowledge that it is alive', 'since 1:1:'],
    ])
    await feed.stop()
    expect(asked()).toEqual(['unregister', 'close'])
    expect(denySet.reasonForId('a')).toBe('user')
  })

  it('that stops trusts nothing, and leaves the list', async () => {
    const { feed, answers, asked, holds } = follower()
    feed.start()
    await pass(0)
    asked()
    let heldThen = true
    answers.unregister = async () => {
      heldThen = holds()
    }
    await feed.stop()
    expect(heldThen).toBe(false)
    feed.hint()
    await pass(2_000)
    expect(asked()).toEqual(['unregister', 'close'])
  })

  it('that stops lets its poll end first', async () => {
    const { feed, answers, asked, holds } = follower()
    const slow = gate<FeedPage>()
    answers.read = () => slow.passed
    feed.start()
    await pass(0)
    const stopped = feed.stop()
    await pass(0)
    expect(asked()).toEqual(['register', 'window'])
    slow.open(page('1:1:'))
    await stopped
    expect(asked()).toEqual(['acknowledge 1:1:', 'unregister', 'close'])
    expect(holds()).toBe(false)
  })

  it('that stops while Postgres is away closes nevertheless', async () => {
    const { feed, answers, asked } = follower()
    feed.start()
    await pass(0)
    asked()
    answers.unregister = async () => {
      throw new Error('away')
    }
    await feed.stop()
    expect(asked()).toEqual(['unregister', 'close'])
  })

  it('tells of the version of the keys with every poll', async () => {
    const { feed, answers, health } = follower()
    const followRing = vi.fn(async () => undefined)
    answers.followRing = followRing
    feed.start()
    await pass(250)
    expect(followRing).toHaveBeenCalledTimes(2)
    answers.followRing = async () => {
      throw new Error('a key does not open')
    }
    await pass(250)
    expect(health).toEqual(['reached', 'reached', 'a key does not open'])
  })
})
