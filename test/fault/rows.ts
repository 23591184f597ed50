import { until } from '../support/until.ts'
import type { Operation } from './history.ts'
import type { Row } from './row.ts'

/** How long a fault lasts. Long enough for every timeout to pass, and for a lease. */
const holdMs = 2_000

const everything = () => true
const at = (name: string) => (operation: Operation) => operation.instance === name

/** Redis is away, slow or forgetful: Postgres answers in its stead, so nothing may fail. */
export const redisRows: readonly Row[] = [
  {
    title: 'Redis refuses connections',
    async fault({ bench, hold }) {
      await bench.disturb('redis', { kind: 'refuse' })
      await hold(holdMs)
      await bench.disturb('redis', { kind: 'pass' })
    },
  },
  {
    title: 'Redis is a black hole',
    async fault({ bench, hold }) {
      await bench.disturb('redis', { kind: 'black_hole' })
      await hold(holdMs)
      await bench.disturb('redis', { kind: 'pass' })
    },
  },
  {
    title: 'Redis is 300 ms away',
    async fault({ bench, hold }) {
      await bench.disturb('redis', { kind: 'latency', ms: 150 })
      await hold(holdMs)
      await bench.disturb('redis', { kind: 'pass' })
    },
  },
  {
    title: 'connections to Redis are reset',
    async fault({ bench, hold }) {
      await bench.disturb('redis', { kind: 'reset' })
      await hold(holdMs)
      await bench.disturb('redis', { kind: 'pass' })
    },
  },
  {
    title: 'Redis does what it is told, and one answer in ten is lost with its connection',
    async fault({ bench, hold }) {
      await bench.disturb('redis', { kind: 'drop', asked: /./s, rate: 0.1 })
      await hold(holdMs)
      await bench.disturb('redis', { kind: 'pass' })
    },
  },
  {
    title: 'connections to Redis are reset, and each that comes back is lost when it subscribes',
    async fault({ bench, hold }) {
      await bench.disturb('redis', { kind: 'reset' })
      await bench.disturb('redis', { kind: 'drop', asked: /subscribe/i, rate: 1 })
      await hold(holdMs)
      await bench.disturb('redis', { kind: 'pass' })
    },
  },
  {
    title: 'Redis is frozen, and thaws with old writes queued',
    async fault({ bench, hold }) {
      await bench.redis.freeze()
      await hold(holdMs)
      await bench.redis.thaw()
      await hold(300)
    },
  },
  {
    title: 'Redis is killed, and comes back empty',
    async fault({ bench, hold }) {
      await bench.redis.kill()
      await hold(holdMs)
      await bench.redis.start('empty')
    },
  },
  {
    title: 'Redis is emptied (FLUSHALL), again and again',
    async fault({ bench, hold }) {
      for (let times = 0; times < 10; times++) {
        await bench.redis.client.flushall()
        await hold(holdMs / 10)
      }
    },
  },
  {
    title: 'Redis evicts everything of ours under allkeys-lru',
    async fault({ bench, hold }) {
      const { client } = bench.redis
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
      await client.config('SET', 'maxmemory', await usedMemory(client, 1_000_000))
      for (let batch = 0; batch < 25; batch++) {
        const filler = client.pipeline()
        for (let key = 0; key < 300; key++) filler.set(`filler:${batch}:${key}`, 'x'.repeat(1_000))
        await filler.exec()
        await hold(holdMs / 25)
      }
      await client.config('SET', 'maxmemory', '0')
      await client.flushall()
    },
  },
  {
    title: 'Redis is out of memory and refuses writes (noeviction)',
    async fault({ bench, hold }) {
      const { client } = bench.redis
      await client.config('SET', 'maxmemory-policy', 'noeviction')
      await client.config('SET', 'maxmemory', '1')
      await hold(holdMs)
      await client.config('SET', 'maxmemory', '0')
    },
  },
  {
    title: 'one instance is cut off from Redis',
    async fault({ bench, hold }) {
      await bench.posts[1].redis.set({ kind: 'black_hole' })
      await hold(holdMs)
      await bench.posts[1].redis.set({ kind: 'pass' })
    },
  },
]

/** Postgres is away: what cannot be known is a 503, and nothing is spent. */
export const postgresRows: readonly Row[] = [
  {
    title: 'Postgres refuses connections',
    mayFail: everything,
    async fault({ bench, hold }) {
      await bench.disturb('postgres', { kind: 'refuse' })
      await hold(holdMs)
      await bench.disturb('postgres', { kind: 'pass' })
    },
  },
  {
    title: 'Postgres is a black hole',
    mayFail: everything,
    async fault({ bench, hold }) {
      await bench.disturb('postgres', { kind: 'black_hole' })
      await hold(holdMs)
      await bench.disturb('postgres', { kind: 'pass' })
    },
  },
  {
    title: 'Postgres is 400 ms away',
    mayFail: everything,
    async fault({ bench, hold }) {
      await bench.disturb('postgres', { kind: 'latency', ms: 200 })
      await hold(holdMs)
      await bench.disturb('postgres', { kind: 'pass' })
    },
  },
  {
    title: 'connections to Postgres are reset',
    mayFail: everything,
    async fault({ bench, hold }) {
      await bench.disturb('postgres', { kind: 'reset' })
      await hold(holdMs)
      await bench.disturb('postgres', { kind: 'pass' })
    },
  },
  {
    title: 'commits arrive, and half of their answers are lost',
    mayFail: everything,
    async fault({ bench, hold }) {
      await bench.disturb('postgres', { kind: 'drop', asked: writes, rate: 0.5 })
      await hold(holdMs)
      await bench.disturb('postgres', { kind: 'pass' })
    },
  },
  {
    title: 'Postgres is stopped and started again',
    mayFail: everything,
    async fault({ bench, hold }) {
      const postgres = bench.postgres()
      await postgres.stop()
      await hold(holdMs / 2)
      await postgres.start()
      bench.follow(postgres)
    },
  },
  {
    title: 'Postgres is killed and started again',
    mayFail: everything,
    async fault({ bench, hold }) {
      const postgres = bench.postgres()
      await postgres.kill()
      await hold(holdMs / 2)
      await postgres.start()
      bench.follow(postgres)
    },
  },
  {
    title: 'Postgres is frozen',
    mayFail: everything,
    async fault({ bench, hold }) {
      await bench.postgres().freeze()
      await hold(holdMs)
      await bench.postgres().thaw()
    },
  },
  {
    title: 'one instance is cut off from Postgres',
    mayFail: at('B'),
    async fault({ bench, hold }) {
      await bench.posts[1].postgres.set({ kind: 'black_hole' })
      await hold(holdMs)
      await bench.posts[1].postgres.set({ kind: 'pass' })
    },
  },
]

/** A COMMIT, or the exchange of a refresh token, which is one statement of its own. */
const writes = /\bcommit\b|rotat/i

/** An instance is away, or mistaken. */
export const instanceRows: readonly Row[] = [
  {
    title: 'one instance is frozen, and thaws',
    async fault({ bench, hold, out }) {
      const [, post] = bench.posts
      const back = out(post)
      await post.freeze()
      await hold(holdMs)
      await post.thaw()
      await hold(200)
      back()
    },
  },
  {
    title: 'an instance is killed between commit and answer',
    async fault({ bench, hold, out }) {
      const [, post] = bench.posts
      const back: (() => void)[] = []
      const onDropped = () => {
        // The next answers may be dropped before the process is gone.
        if (back.length > 0) return
        back.push(out(post))
        post.kill()
      }
      await post.postgres.set({ kind: 'drop', asked: writes, rate: 1, onDropped })
      await until('the load has written what can be interrupted', async () => back.length > 0)
      await post.postgres.set({ kind: 'pass' })
      await hold(1_000)
      await post.start()
      await hold(100)
      for (const settle of back) settle()
    },
  },
]

async function usedMemory(client: { info(section: string): Promise<string> }, more: number): Promise<string> {
  const [, used] = /used_memory:(\d+)/.exec(await client.info('memory')) ?? []
  return String(Number(used) + more)
}
