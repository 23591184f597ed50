import type { Row } from './row.ts'
import { askForALifetime, cachedVictims, remember, startFromDump } from './victims.ts'

export const snapshotsWrittenBack: Row = {
  title: 'the marks are lost and the old snapshots written back, as soon as the revocation is answered',
  async fault(stage) {
    const { redis } = stage.bench
    const { by, victims } = await cachedVictims(stage, 3)
    const restores = await Promise.all(victims.map(victim => remember(redis.client, victim)))
    for (const [index, victim] of victims.entries()) {
      await stage.guest.revoke(by, victim)
      await restores[index]?.()
    }
    await askForALifetime(stage, victims, () => Promise.all(restores.map(restore => restore())))
  },
}

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
      await startFromDump(stage, victims)
      await askForALifetime(stage, victims)
    },
  },
  snapshotsWrittenBack,
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
