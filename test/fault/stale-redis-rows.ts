import type { Redis } from 'ioredis'
import type { Held, Person } from './person.ts'
import type { Row, Stage } from './row.ts'

/** What Redis remembers and should not: snapshots of sessions that have been revoked since. */
export const staleRedisRows: readonly Row[] = [
  {
    title: 'Redis is killed, a session revoked meanwhile, and Redis comes back with an old dump (T-OLD)',
    async fault(stage) {
      const { bench } = stage
      const { by, victims } = await cachedVictims(stage, 3)
      await bench.redis.keepDump()
      await bench.redis.kill()
      for (const victim of victims) await stage.guest.revoke(by, victim)
      await bench.redis.start('dump')
      await askForALifetime(stage, victims)
    },
  },
  {
    title: 'the marks are lost and the old snapshots written back, as soon as the revocation is answered',
    async fault(stage) {
      const { redis } = stage.bench
      const { by, victims } = await cachedVictims(stage, 3)
      const restores = await Promise.all(victims.map(({ id }) => remember(redis.client, id)))
      for (const [index, victim] of victims.entries()) {
        await stage.guest.revoke(by, victim)
        await restores[index]?.()
      }
      await askForALifetime(stage, victims, () => Promise.all(restores.map(restore => restore())))
    },
  },
  {
    title: 'one instance is cut off from Redis, revokes, and the others still have the snapshot',
    async fault(stage) {
      const [a, b] = stage.bench.posts
      const { by, victims } = await cachedVictims(stage, 3)
      await b.redis.set({ kind: 'black_hole' })
      for (const victim of victims) await stage.guest.revoke(by, victim, b)
      await askForALifetime(stage, victims)
      await b.redis.set({ kind: 'pass' })
      await stage.guest.verify(by, a)
    },
  },
]

/** Sessions of somebody who is in nobody's way, known to Redis and asked about on every instance. */
export async function cachedVictims(
  { guest, bench }: Stage,
  count: number,
): Promise<{ by: Held; victims: Held[] }> {
  for (let tries = 0; guest.live().length < count + 1 && tries < 20; tries++) await guest.signIn()
  const [by, ...victims] = guest.live()
  if (by === undefined || victims.length < count) throw new Error('the guest could not sign in')
  for (const victim of victims) await verifyEverywhere(guest, victim, bench)
  return { by, victims }
}

/** For as long as a snapshot could live, and somewhat longer. */
async function askForALifetime(
  { guest, bench, history, hold }: Stage,
  victims: readonly Held[],
  again: () => Promise<unknown> = async () => {},
): Promise<void> {
  const until = history.now() + bench.cacheTtlMs + 1_000
  while (history.now() < until) {
    await again()
    for (const victim of victims) await verifyEverywhere(guest, victim, bench)
    await hold(40)
  }
  for (const victim of victims) await guest.tryRefresh(victim)
}

export async function verifyEverywhere(guest: Person, held: Held, { posts }: Stage['bench']): Promise<void> {
  await Promise.all(posts.map(post => guest.verify(held, post)))
}

/** Whatever Redis has of a session now, under whatever names: to be put back, and nothing else be left of it. */
async function remember(client: Redis, sessionId: string): Promise<() => Promise<void>> {
  const pattern = `*${sessionId}*`
  const kept = await Promise.all(
    (await client.keys(pattern)).map(async key => ({ key, value: await client.dumpBuffer(key) })),
  )
  if (kept.length === 0) throw new Error('Redis knows nothing of a session that was just asked about')
  return async () => {
    const now = await client.keys(pattern)
    const change = client.multi()
    if (now.length > 0) change.del(...now)
    for (const { key, value } of kept) if (value !== null) change.restore(key, 60_000, value)
    await change.exec()
  }
}
