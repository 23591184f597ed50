import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../../src/app.ts'
import { byCli } from '../../../src/cli/actor.ts'
import { readConfig } from '../../../src/config/config.ts'
import { createServices } from '../../../src/services.ts'
import { startProxy } from '../../fault/proxy.ts'
import { captureLog } from '../../support/captured-log.ts'
import { type Answer, client, insist, type Tokens, tokensOf } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { createUser, type Instance, secret, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const hour = 3_600

let databaseUrl: string
let redis: Redis
let environment: Record<string, string>
let running: Instance[] = []
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  const { url } = await freshRedis()
  redis = new Redis(url)
  environment = { DATABASE_URL: databaseUrl, REDIS_URL: url }
})

/** What one test has made of the past must not be on record for the next. */
afterEach(async () => {
  await stopAll()
  await query(databaseUrl, 'TRUNCATE instances, outages')
})

afterAll(() => redis.disconnect())

async function start(): Promise<Instance> {
  const instance = await startInstance(environment)
  running.push(instance)
  return instance
}

async function stopAll(): Promise<void> {
  await Promise.all(running.map(instance => instance.close()))
  running = []
}

/** A session that was refreshed once, that many seconds ago. */
async function spentPair(at: Instance, secondsAgo: number): Promise<{ spent: Tokens; current: Tokens }> {
  const email = `grace-${users++}@example.test`
  await createUser(at.services, email)
  const spent = await client(at.url).signIn(email)
  const current = tokensOf(await client(at.url).refresh(spent.refreshToken))
  await rotatedAgo(spent, secondsAgo)
  return { spent, current }
}

async function rotatedAgo({ sessionId }: Tokens, seconds: number): Promise<void> {
  await query(
    databaseUrl,
    `UPDATE user_sessions SET rotated_at = now() - make_interval(secs => $2) WHERE id = $1`,
    [sessionId, seconds],
  )
  await redis.del(`session:{${sessionId}}`)
}

/** As if nothing had been running for so long. */
async function stoppedFor(seconds: number): Promise<void> {
  await stopAll()
  await query(databaseUrl, `UPDATE instances SET seen_at = seen_at - make_interval(secs => $1)`, [seconds])
}

const told = ({ status, body }: Answer) => [status, body['code']]

async function expectReuse({ url }: Instance, { spent, current }: Awaited<ReturnType<typeof spentPair>>) {
  const { verify, refresh } = client(url)
  expect(told(await verify(spent.accessToken))).toEqual([401, 'access_token_invalid'])
  expect((await verify(current.accessToken)).status).toBe(204)
  expect(told(await refresh(spent.refreshToken))).toEqual([401, 'refresh_token_reused'])
  expect((await verify(current.accessToken)).body['reason']).toBe('refresh_reused')
}

async function expectReplay({ url }: Instance, { spent, current }: Awaited<ReturnType<typeof spentPair>>) {
  const { verify, refresh } = client(url)
  expect((await verify(spent.accessToken)).status).toBe(204)
  expect(tokensOf(await refresh(spent.refreshToken)).refreshToken).toBe(current.refreshToken)
}

describe('a grace that is over', () => {
  it('stays over for an instance that is added', async () => {
    const a = await start()
    const pair = await spentPair(a, 31)
    await expectReuse(await start(), pair)
  })

  it('stays over when the instances are replaced one by one', async () => {
    const a = await start()
    const pairs = [await spentPair(a, 31), await spentPair(a, hour)]
    const b = await start()
    await a.close()
    running = [b]
    const c = await start()
    for (const pair of pairs) await expectReuse(c, pair)
  })

  it('stays over when all of them are stopped, and started again much later', async () => {
    const a = await start()
    const [first, second] = [await spentPair(a, hour + 40), await spentPair(a, hour + 40)]
    await stoppedFor(hour)
    await expectReuse(await start(), first)
    await expectReuse(await start(), second)
  })

  it('stays over where nobody knows when an instance was last seen', async () => {
    const a = await start()
    const pair = await spentPair(a, 31)
    await stopAll()
    await query(databaseUrl, 'DELETE FROM instances')
    await expectReuse(await start(), pair)
  })
})

describe('a grace that an outage has interrupted', () => {
  it('goes on after all instances were stopped, on every one that starts then, also the later ones', async () => {
    const a = await start()
    const [first, second, third] = [
      await spentPair(a, hour + 5),
      await spentPair(a, hour + 5),
      await spentPair(a, hour + 5),
    ]
    await stoppedFor(hour)
    const [b, c] = await Promise.all([start(), start()])
    await expectReplay(b, first)
    await expectReplay(c, second)
    // It starts beside others, and has it from the record.
    await expect.poll(() => query(databaseUrl, 'SELECT FROM outages')).not.toEqual([])
    await expectReplay(await start(), third)
    const [outage] = await query<{ seconds: number }>(
      databaseUrl,
      'SELECT extract(epoch FROM max(ended_at - began_at))::int AS seconds FROM outages',
    )
    expect(outage?.seconds).toBeGreaterThan(hour - 60)
    expect(outage?.seconds).toBeLessThan(hour + 60)
  })

  it('goes on at an instance that started while Postgres was down', async () => {
    const a = await start()
    const interrupted = await spentPair(a, hour + 5)
    await stoppedFor(hour)
    const way = await startProxy(Number(new URL(databaseUrl).port))
    const behind = new URL(databaseUrl)
    behind.port = String(way.port)
    await way.set({ kind: 'refuse' })
    const config = readConfig({
      LATCHKEY_SECRET: secret,
      PORT: '0',
      CLEANUP_INTERVAL_SECONDS: '0',
      ...environment,
      DATABASE_URL: behind.href,
    })
    const services = createServices(config, captureLog().logger)
    try {
      await expect(services.start()).rejects.toMatchObject({ code: 'store_unavailable' })
      const app = await buildApp(services)
      await services.follow()
      const url = await app.listen({ host: '127.0.0.1', port: 0 })
      await way.set({ kind: 'pass' })
      const retried = await insist(() => client(url).refresh(interrupted.spent.refreshToken))
      expect(tokensOf(retried)).toEqual({ ...interrupted.current, expiresIn: expect.any(Number) })
      await app.close()
    } finally {
      await services.close()
      await way.close()
    }
  })

  it('keeps its pair from cleanup, and one that was over before the outage does not', async () => {
    const a = await start()
    const interrupted = await spentPair(a, 3 * hour + 5)
    const over = await spentPair(a, 5 * hour)
    await stoppedFor(3 * hour)
    const b = await start()
    await b.services.maintenance.cleanUp(byCli)
    const sealed = await query<{ id: string }>(
      databaseUrl,
      'SELECT id FROM user_sessions WHERE successor_sealed IS NOT NULL AND id = ANY($1)',
      [[interrupted.spent.sessionId, over.spent.sessionId]],
    )
    expect(sealed).toEqual([{ id: interrupted.spent.sessionId }])
    await expectReplay(b, interrupted)
  })
})

describe('a session that was idle', () => {
  it('is not ended by the time in which no instance was running', async () => {
    const a = await start()
    const { current } = await spentPair(a, 0)
    const idleFor = (seconds: number) =>
      query(
        databaseUrl,
        `UPDATE user_sessions SET last_activity_at = now() - make_interval(secs => $2), created_at = now() - interval '29 days'
         WHERE id = $1`,
        [current.sessionId, seconds],
      )
    await idleFor(10 * 24 * hour)
    await stoppedFor(4 * 24 * hour)
    await redis.flushdb()
    const b = await start()
    expect((await client(b.url).verify(current.accessToken)).status).toBe(204)
    await stopAll()
    await idleFor(12 * 24 * hour)
    await redis.flushdb()
    expect((await client((await start()).url).verify(current.accessToken)).body['code']).toBe(
      'session_expired',
    )
  })
})

it('an instance that stops in an orderly way leaves on record when it was last seen, and is not waited for', async () => {
  const a = await start()
  await expect.poll(() => query(databaseUrl, 'SELECT FROM instances WHERE acked IS NOT NULL')).toHaveLength(1)
  await a.close()
  running = []
  const [row] = await query(
    databaseUrl,
    `SELECT bool_or(acked IS NOT NULL) AS awaited, max(seen_at) > now() - interval '10 seconds' AS seen FROM instances`,
  )
  expect(row).toEqual({ awaited: false, seen: true })
})

it('cleanup leaves the instance on record that was seen last, however long ago, and forgets the others', async () => {
  await start()
  await expect.poll(() => query(databaseUrl, 'SELECT FROM instances WHERE acked IS NOT NULL')).toHaveLength(1)
  await stopAll()
  await query(databaseUrl, 'TRUNCATE instances')
  await query(
    databaseUrl,
    `INSERT INTO instances (id, seen_at) SELECT gen_random_uuid(), now() - make_interval(hours => n) FROM generate_series(5, 9) AS n`,
  )
  // As cron would, while nothing is running.
  const services = createServices(
    readConfig({ ...environment, LATCHKEY_SECRET: secret }),
    captureLog().logger,
  )
  try {
    await services.start()
    await services.maintenance.cleanUp(byCli)
  } finally {
    await services.close()
  }
  const left = await query(
    databaseUrl,
    `SELECT round(extract(epoch FROM now() - seen_at) / 3600) AS hours FROM instances`,
  )
  expect(left.map(({ hours }) => Number(hours))).toEqual([5])
})
