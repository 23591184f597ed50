import type { Redis } from 'ioredis'
import type { Held, Target } from './person.ts'
import type { Row, Stage } from './row.ts'
import { askFor, cachedVictims, keysOf, remember, startFromDump } from './victims.ts'

/** Most of these are two faults at once, so that a request may fail; a promise may not be broken even then. */
const everything = () => true

/** Old snapshots come back, and an instance has not heard from Postgres since before the revocation. */
export const oldDumpWhileCutOff: Row = {
  title: 'one instance is cut off from Postgres, and Redis comes back with an old dump',
  mayFail: everything,
  async fault(stage) {
    const { bench, guest } = stage
    const [a, b] = bench.posts
    const { by, victims } = await cachedVictims(stage, 2)
    await bench.redis.keepDump()
    await b.postgres.set({ kind: 'black_hole' })
    await Promise.all(victims.map(victim => guest.revoke(by, victim, a)))
    await bench.redis.kill()
    await startFromDump(stage, victims)
    await askFor(stage, 1_500, victims)
    await b.postgres.set({ kind: 'pass' })
  },
}

/** It hears of a revocation a fifth of a second later than the others; the snapshots are back sooner. */
export const slowToHear: Row = {
  title:
    'one instance is 200 ms from Postgres, and old snapshots are back as soon as a revocation is answered',
  mayFail: everything,
  async fault(stage) {
    const { bench, guest } = stage
    const [a, b] = bench.posts
    const { by, victims } = await cachedVictims(stage, 3)
    const restores = await Promise.all(victims.map(victim => remember(bench.redis.client, victim)))
    await b.postgres.set({ kind: 'latency', ms: 100 })
    for (const [index, victim] of victims.entries()) {
      await guest.revoke(by, victim, a)
      await restores[index]?.()
      await askFor(stage, 300, [victim])
    }
    await b.postgres.set({ kind: 'pass' })
  },
}

/** It hears of a password change later than the others, and has a snapshot that names the old token. */
export const passwordChangeUnheard: Row = {
  title: 'one instance is 200 ms from Postgres, and without Redis, when a password is changed',
  mayFail: everything,
  async fault(stage) {
    const { bench, guest, hold } = stage
    const [a, b] = bench.posts
    const { by } = await cachedVictims(stage, 0)
    await b.postgres.set({ kind: 'latency', ms: 100 })
    for (let round = 0; round < 3; round++) {
      for (let times = 0; times < 5; times++) await guest.verify(by, b)
      const { generation } = by
      await guest.changePassword(by, a)
      if (by.generation === generation) continue
      for (let times = 0; times < 10; times++) {
        await guest.verifyOutdated(by, b)
        await hold(10)
      }
    }
    await b.postgres.set({ kind: 'pass' })
  },
}

/** As after a day: the feed is read from a window that the revocation is older than, by who was not there then. */
export const forgottenRevocation: Row = {
  title: 'snapshots come back that are older than what any instance remembers of revocations',
  async fault(stage) {
    const { bench, guest, hold } = stage
    const { by, victims } = await cachedVictims(stage, 3)
    const restores = await Promise.all(victims.map(victim => remember(bench.redis.client, victim)))
    for (const victim of victims) await guest.revoke(by, victim)
    await bench
      .postgres()
      .query(
        "UPDATE revocations SET created_at = created_at - interval '1 hour' WHERE session_id = ANY($1)",
        [victims.map(({ id }) => id)],
      )
    await stage.restart(bench.posts[1])
    await hold(bench.cacheTtlMs)
    await askFor(stage, 500, victims, () => Promise.all(restores.map(restore => restore())))
  },
}

/** Without the key, nobody can make a value; but what there is can be moved. */
export const forgedMarks: Row = {
  title: "somebody who can write to Redis copies a revoked session's mark to others",
  async fault(stage) {
    const { bench, guest } = stage
    const { by, victims } = await cachedVictims(stage, 3)
    const [revoked, ...others] = victims
    if (revoked === undefined) throw new Error('there is no session to revoke')
    await guest.revoke(by, revoked)
    const copies = await Promise.all(others.map(other => copyTo(bench.redis.client, revoked, other)))
    if (!copies.every(count => count > 0)) throw new Error('Redis has no mark to copy')
    await askFor(stage, 500, others)
  },
}

/**
 * An instance hears of a revocation, and may trust snapshots again, while Redis' answer to a verify is on its way.
 * Redis is reset so that it vouches for nothing in the meantime.
 */
export const heardMeanwhile: Row = {
  title: 'one instance hears again from Postgres while answers of Redis with old snapshots are on their way',
  mayFail: everything,
  async fault(stage) {
    const { bench, guest, history, hold } = stage
    const [a, b] = bench.posts
    const { by, victims } = await cachedVictims(stage, 3)
    const restores = await Promise.all(victims.map(victim => remember(bench.redis.client, victim)))
    await b.postgres.set({ kind: 'black_hole' })
    await b.redis.set({ kind: 'reset' })
    await b.redis.set({ kind: 'latency', ms: 20 })
    await Promise.all(victims.map(victim => guest.revoke(by, victim, a)))
    await Promise.all(restores.map(restore => restore()))
    await b.postgres.set({ kind: 'pass' })
    const asked: Promise<void>[] = []
    const until = history.now() + 1_500
    while (history.now() < until) {
      asked.push(...victims.map(victim => guest.verify(victim, b)))
      await hold(10)
    }
    await Promise.all(asked)
    await b.redis.set({ kind: 'pass' })
  },
}

/** A read that Postgres has answered before the refresh is still on its way when the new token is asked about. */
export const readBeforeRefresh: Row = {
  title:
    'one instance without Redis, 120 ms from Postgres, is asked all the while about a session that is refreshed',
  mayFail: everything,
  async fault(stage) {
    const [, b] = stage.bench.posts
    const { by } = await cachedVictims(stage, 0)
    await b.redis.set({ kind: 'refuse' })
    await b.postgres.set({ kind: 'latency', ms: 60 })
    await refreshWhileAsked(stage, by, b, 12)
    await b.postgres.set({ kind: 'pass' })
    await b.redis.set({ kind: 'pass' })
  },
}

/** So that the token before, the new one, and reads from before and after are under way at once. */
async function refreshWhileAsked(
  { guest, hold }: Stage,
  held: Held,
  at: Target,
  times: number,
): Promise<void> {
  let refreshing = true
  const asked: Promise<void>[] = []
  const asking = (async () => {
    while (refreshing) {
      asked.push(guest.verify(held, at))
      await hold(5)
    }
  })()
  for (let count = 0; count < times; count++) {
    await guest.refresh(held)
    await hold(100)
  }
  refreshing = false
  await asking
  await Promise.all(asked)
}

/** How many values there were. */
async function copyTo(client: Redis, from: Held, to: Held): Promise<number> {
  const keys = await keysOf(client, from)
  for (const key of keys) await client.copy(key, key.replaceAll(from.id, to.id), 'REPLACE')
  return keys.length
}
