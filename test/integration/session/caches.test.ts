import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { v7 as uuid } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { SessionCache } from '../../../src/session/ports.ts'
import type { Snapshot } from '../../../src/session/session.ts'
import { createRedisLink, type RedisLink } from '../../../src/store/redis/link.ts'
import { createSessionCache, noSessionCache } from '../../../src/store/session/cache.ts'
import {
  cacheOn,
  describeCacheThatIsAway,
  describeSessionCache,
  linkTo,
  markKey,
  quickMs,
  snapshot,
  snapshotKey,
} from '../../contract/session-cache.ts'
import { type Answer, client, type Tokens, tokensOf } from '../../support/client.ts'
import { detourTo } from '../../support/detour.ts'
import { secretRing } from '../../support/domain.ts'
import { expectAllWorks, signIn, statusesOf, verifyingDuring } from '../../support/everyday.ts'
import { freePort } from '../../support/port.ts'
import { type RedisNode, startRedisNode } from '../../support/redis-node.ts'
import { type Environment, type Instance, startInstance } from '../../support/service.ts'
import { type SilentServer, startSilentServer } from '../../support/silent-server.ts'
import { startStopwatch } from '../../support/stopwatch.ts'
import { type FreshStore, freshDatabase, freshRedis } from '../../support/stores.ts'
import { until } from '../../support/until.ts'

describeSessionCache(
  'Redis',
  async () => {
    const store = await freshRedis()
    return { address: { kind: 'standalone', url: store.url }, close: () => store.drop() }
  },
  { vouches: true },
)

/** What these look at stands in Redis, not in an instance's own memory. */
const onlyRedis = { NEAR_CACHE_MAX_SESSIONS: '0' }

describe('a Redis that goes and comes', () => {
  let silent: SilentServer
  let node: RedisNode
  let frozenCache: Promise<SessionCache>
  const links: RedisLink[] = []

  beforeAll(async () => {
    silent = await startSilentServer()
    node = await startRedisNode({ kind: 'server' })
  })
  afterAll(async () => {
    for (const link of links) link.close()
    await silent.close()
    await node.close()
  })

  async function cacheAt(url: string): Promise<SessionCache> {
    const link = await linkTo({ kind: 'standalone', url })
    links.push(link)
    return cacheOn(link)
  }

  describeCacheThatIsAway('Redis', [
    ['nothing listens', async () => cacheAt(`redis://127.0.0.1:${await freePort()}`)],
    ['nothing answers', () => cacheAt(`redis://127.0.0.1:${silent.port}`)],
    [
      'it froze in the middle of things',
      async () => {
        frozenCache = cacheAt(node.url)
        const cache = await frozenCache
        await until('Redis answers', async () => (await cache.read(uuid())).kind === 'read')
        await node.freeze()
        return cache
      },
    ],
    ['there is none', async () => noSessionCache],
  ])

  it('is let go of while it is a replica, whose data may be replaced under an unbroken connection', async () => {
    const [first, other] = [
      await startRedisNode({ kind: 'server' }),
      await startRedisNode({ kind: 'server' }),
    ]
    onTestFinished(async () => void (await Promise.all([first.close(), other.close()])))
    const link = await linkTo({ kind: 'standalone', url: first.url })
    links.push(link)
    await until('the link is up', async () => link.state() === 'up')
    const continuity = link.continuity()
    expect(continuity).not.toBeNull()
    await first.client.replicaof('127.0.0.1', other.port)
    await until('the link is no longer up', async () => link.state() !== 'up')
    expect(link.continuity()).toBeNull()
    await first.client.replicaof('NO', 'ONE')
    await until('the link is up', async () => link.state() === 'up')
    expect(link.continuity()).not.toBe(continuity)
    expect(link.continuity()).not.toBeNull()
  })

  it('is used again by itself when it thaws', async () => {
    await node.thaw()
    const cache = await frozenCache
    const target = snapshot()
    await until('a snapshot is kept', async () => {
      await cache.fill(target, { replace: false })
      const reading = await cache.read(target.id)
      return reading.kind === 'read' && reading.snapshot?.id === target.id
    })
  })
})

async function administer<T>(url: string, work: (admin: Redis) => Promise<T>): Promise<T> {
  const admin = new Redis(url)
  try {
    return await work(admin)
  } finally {
    admin.disconnect()
  }
}

function codeOf({ status, body }: Answer): unknown[] {
  return [status, body['code']]
}

describe('a service without Redis', () => {
  let a: Instance
  let b: Instance

  beforeAll(async () => {
    const environment = { DATABASE_URL: (await freshDatabase()).url }
    ;[a, b] = await Promise.all([startInstance(environment), startInstance(environment)])
  })
  afterAll(() => Promise.all([a.close(), b.close()]))

  it('does all that it does with one', async () => {
    await expectAllWorks(a, b)
    const ready = await client(a.url).call('GET', '/health/ready')
    expect([ready.status, ready.body]).toEqual([200, { status: 'ok', postgres: 'up', redis: 'off' }])
  })
})

describe('a service whose Redis dies', () => {
  let redis: RedisNode
  let a: Instance
  let b: Instance

  beforeEach(async () => {
    redis = await startRedisNode({ kind: 'server' })
    const environment = { ...onlyRedis, DATABASE_URL: (await freshDatabase()).url, REDIS_URL: redis.url }
    ;[a, b] = await Promise.all([startInstance(environment), startInstance(environment)])
  })
  afterEach(async () => {
    await Promise.all([a.close(), b.close()])
    await redis.close()
  })

  const readiness = async () => {
    const { status, body } = await client(a.url).call('GET', '/health/ready')
    return [status, body['status'], body['redis']]
  }

  it('goes on without it, signs nobody out, and uses it again when it is back', async () => {
    await expectAllWorks(a, b)
    const [tokens, ended] = [await signIn(a), await signIn(b)]
    expect(await statusesOf([a, b], ended.accessToken)).toEqual([204, 204])
    expect(await readiness()).toEqual([200, 'ok', 'up'])

    const whileItDied = await verifyingDuring([a, b], tokens.accessToken, async () => {
      await sleep(50)
      await redis.kill()
      await sleep(200)
    })
    expect(whileItDied).toEqual(new Set([204]))
    expect(await readiness()).toEqual([200, 'degraded', expect.stringMatching(/^(down|recovering)$/)])
    await expectAllWorks(a, b)
    await client(a.url).call('POST', '/v1/auth/logout', { token: ended.accessToken })
    expect(await statusesOf([a, b], ended.accessToken)).toEqual([401, 401])

    const whileItCame = await verifyingDuring([a, b], tokens.accessToken, async () => {
      await redis.start()
      await expect.poll(readiness, { interval: 100 }).toEqual([200, 'ok', 'up'])
    })
    expect(whileItCame).toEqual(new Set([204]))
    await expectAllWorks(a, b)
    // Revoked while there was no Redis to tell of it.
    expect(await statusesOf([a, b], ended.accessToken)).toEqual([401, 401])
    await administer(redis.url, async admin => {
      await expect
        .poll(async () => {
          await statusesOf([a, b], tokens.accessToken)
          return await admin.exists(snapshotKey(tokens.sessionId))
        })
        .toBe(1)
    })
  })

  it('is just as well off when it freezes: no request waits long, and none is refused', async () => {
    const tokens = await signIn(a)
    await redis.freeze()
    await expectAllWorks(a, b)
    const stopwatch = startStopwatch()
    expect(await statusesOf([a, b], tokens.accessToken)).toEqual([204, 204])
    expect(stopwatch.readMs()).toBeLessThan(2 * quickMs)
    expect(await readiness()).toEqual([200, 'degraded', expect.stringMatching(/^(down|recovering)$/)])

    await redis.thaw()
    await expect
      .poll(
        async () => {
          await statusesOf([a, b], tokens.accessToken)
          return await readiness()
        },
        { interval: 100 },
      )
      .toEqual([200, 'ok', 'up'])
    await expectAllWorks(a, b)
  })
})

describe('a fill that is under way while its session is revoked', () => {
  it('does not bring the session back: not on the instance that filled, nor on any other', async () => {
    const store = await freshRedis()
    const databaseUrl = (await freshDatabase()).url
    const detour = await detourTo(store.url)
    const [slow, other] = await Promise.all(
      [detour.url, store.url].map(url =>
        startInstance({ ...onlyRedis, DATABASE_URL: databaseUrl, REDIS_URL: url }),
      ),
    )
    if (slow === undefined || other === undefined) throw new Error('two instances were started')
    try {
      const tokens = await signIn(other)
      detour.holdWrites()
      // The fill is sent behind the answer, and is now on its way for a while.
      expect((await client(slow.url).verify(tokens.accessToken)).status).toBe(204)
      await expect.poll(detour.held).toBeGreaterThan(0)
      const revoked = await client(other.url).call('POST', '/v1/auth/logout', { token: tokens.accessToken })
      expect(revoked.status).toBe(204)
      detour.release()
      await administer(store.url, admin =>
        expect.poll(() => admin.exists(snapshotKey(tokens.sessionId))).toBe(1),
      )
      for (const instance of [slow, other]) {
        expect(codeOf(await client(instance.url).verify(tokens.accessToken))).toEqual([
          401,
          'session_revoked',
        ])
      }
    } finally {
      await Promise.all([slow.close(), other.close()])
      detour.close()
      await store.drop()
    }
  })
})

describe('a service whose Redis an intruder writes to', () => {
  let store: FreshStore
  let environment: Environment
  let redis: Redis
  let a: Instance
  let b: Instance
  let intruding: RedisLink
  let foreign: SessionCache

  beforeAll(async () => {
    store = await freshRedis()
    environment = { ...onlyRedis, DATABASE_URL: (await freshDatabase()).url, REDIS_URL: store.url }
    redis = new Redis(store.url)
    ;[a, b] = await Promise.all([startInstance(environment), startInstance(environment)])
    intruding = createRedisLink({ kind: 'standalone', url: store.url }, () => undefined)
    await intruding.connect()
    foreign = createSessionCache(intruding, secretRing(), {
      snapshotLifetimeMs: () => 60_000,
      markLifetimeSeconds: 60,
    })
  })
  afterAll(async () => {
    intruding.close()
    redis.disconnect()
    await Promise.all([a.close(), b.close()])
    await store.drop()
  })

  /** The value of a session's snapshot, once verify has filled it. */
  async function filled({ accessToken, sessionId }: Tokens): Promise<string> {
    expect(await statusesOf([a, b], accessToken)).toEqual([204, 204])
    await expect.poll(() => redis.exists(snapshotKey(sessionId))).toBe(1)
    return (await redis.get(snapshotKey(sessionId))) ?? ''
  }

  /** A snapshot that would say yes to that token, if anybody believed it. */
  function wishful(token: string, sessionId: string): Snapshot {
    return snapshot({
      id: sessionId,
      roles: ['admin'],
      clientType: 'web',
      accessTokenHash: createHash('sha256').update(token).digest('base64'),
      expiresAt: Date.now() + 3_600_000,
      readAt: Date.now(),
    })
  }

  it('signs nobody in for a snapshot that was planted', async () => {
    const [victim, intruder] = [await signIn(a), await signIn(b)]
    const [header = '', payload = ''] = victim.accessToken.split('.')
    const forged = `${header}.${payload}.${randomBytes(64).toString('base64url')}`
    const wish = wishful(forged, victim.sessionId)
    const own = await filled(intruder)
    const plants = [
      () => redis.set(snapshotKey(victim.sessionId), JSON.stringify(wish)),
      () => redis.set(snapshotKey(victim.sessionId), 'A'.repeat(22) + JSON.stringify(wish)),
      () => redis.set(snapshotKey(victim.sessionId), own.slice(0, 22) + JSON.stringify(wish)),
      () => redis.set(snapshotKey(victim.sessionId), own),
      () => foreign.fill(wish, { replace: true }),
    ]
    for (const plant of plants) {
      await plant()
      for (const instance of [a, b]) {
        expect(codeOf(await client(instance.url).verify(forged))).toEqual([401, 'access_token_invalid'])
      }
      // Nor does it keep the owner out.
      expect(await statusesOf([a, b], victim.accessToken)).toEqual([204, 204])
    }
  })

  it('gives nobody a role for a snapshot that was planted, and brings back no session that was revoked', async () => {
    const tokens = await signIn(a)
    const wish = JSON.stringify(wishful(tokens.accessToken, tokens.sessionId))
    const genuine = await filled(tokens)
    for (const planted of [wish, genuine.slice(0, 22) + wish]) {
      await redis.set(snapshotKey(tokens.sessionId), planted)
      for (const instance of [a, b]) {
        const verified = await client(instance.url).verify(tokens.accessToken)
        expect([verified.status, verified.headers.get('x-user-roles')]).toEqual([204, ''])
      }
    }
    await client(a.url).call('POST', '/v1/auth/logout', { token: tokens.accessToken })
    for (const planted of [wish, genuine.slice(0, 22) + wish]) {
      await redis.del(markKey(tokens.sessionId))
      await redis.set(snapshotKey(tokens.sessionId), planted)
      expect(await statusesOf([a, b], tokens.accessToken)).toEqual([401, 401])
    }
  })

  it('signs nobody out for a mark that was planted', async () => {
    const [victim, ended] = [await signIn(a), await signIn(b)]
    await client(b.url).call('POST', '/v1/auth/logout', { token: ended.accessToken })
    const genuine = (await redis.get(markKey(ended.sessionId))) ?? ''
    expect(genuine).not.toBe('')
    const plants = [
      () => redis.set(markKey(victim.sessionId), 'logout'),
      () => redis.set(markKey(victim.sessionId), `${'A'.repeat(22)}logout`),
      () => redis.set(markKey(victim.sessionId), genuine),
      () => foreign.revoke([{ sessionId: victim.sessionId, reason: 'logout' }]),
    ]
    let { accessToken, refreshToken } = victim
    for (const plant of plants) {
      await plant()
      expect(await statusesOf([a, b], accessToken)).toEqual([204, 204])
      ;({ accessToken, refreshToken } = tokensOf(await client(b.url).refresh(refreshToken)))
      expect(await statusesOf([a, b], accessToken)).toEqual([204, 204])
    }
  })

  it('trusts no snapshot of a revoked session, also when Redis has lost the mark and brings the snapshot back', async () => {
    const databaseUrl = (await freshDatabase()).url
    const environment = { ...onlyRedis, DATABASE_URL: databaseUrl, REDIS_URL: store.url }
    const [a, b] = await Promise.all([startInstance(environment), startInstance(environment)])
    try {
      const tokens = await signIn(a)
      for (const { url } of [a, b]) expect((await client(url).verify(tokens.accessToken)).status).toBe(204)
      const key = snapshotKey(tokens.sessionId)
      await expect.poll(() => redis.exists(key)).toBe(1)
      const kept = await redis.get(key)
      await client(a.url).call('POST', '/v1/auth/logout', { token: tokens.accessToken })
      await redis.del(markKey(tokens.sessionId))
      await redis.set(key, kept ?? '')
      for (const { url } of [a, b]) {
        expect(codeOf(await client(url).verify(tokens.accessToken))).toEqual([401, 'session_revoked'])
      }
    } finally {
      await Promise.all([a.close(), b.close()])
    }
  })
})
