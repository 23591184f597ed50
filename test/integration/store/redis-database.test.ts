import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { createRedisLink, type RedisState } from '../../../src/store/redis/link.ts'
import { freshRedis } from '../../support/stores.ts'

async function linkTo(database: number | null) {
  const fresh = new URL((await freshRedis()).url)
  const url = new URL(fresh)
  if (database !== null) url.pathname = `/${database}`
  const told: [RedisState, string][] = []
  const link = createRedisLink({ kind: 'standalone', url: url.href }, (state, reason) =>
    told.push([state, reason]),
  )
  await link.connect()
  return { link, told, url: fresh.href }
}

it('is down for as long as its database cannot be selected, and never works in database 0', async () => {
  const { link, told, url } = await linkTo(999_999)
  const key = 'session:{of-no-database}'
  const isWritten = () =>
    link
      .ask(redis => redis.set(key, 'x'))
      .then(
        () => true,
        () => false,
      )
  for (let attempt = 0; attempt < 25; attempt++) {
    expect(await isWritten()).toBe(false)
    expect(link.state()).toBe('down')
    await sleep(100)
  }
  expect(told).toEqual([['down', expect.stringMatching(/DB index is out of range; check .+ in REDIS_URL/)]])
  link.close()
  const zero = new Redis(new URL('/0', url).href)
  expect(await zero.get(key)).toBeNull()
  zero.disconnect()
})

it('works in the database that was named', async () => {
  const { link, url } = await linkTo(null)
  await expect.poll(link.state, { timeout: 10_000 }).toBe('up')
  await link.ask(redis => redis.set('session:{of-this-database}', 'x'))
  link.close()
  const own = new Redis(url)
  expect(await own.get('session:{of-this-database}')).toBe('x')
  own.disconnect()
})
