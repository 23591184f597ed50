import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import getPort, { clearLockedPorts } from 'get-port'
import { Redis } from 'ioredis'
import { v7 as uuid } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RunningRedis, startRedis } from '../../scripts/stores.ts'
import type { SessionCache } from '../../src/session/ports.ts'
import type { Snapshot } from '../../src/session/session.ts'
import { snapshotOf } from '../../src/session/snapshot.ts'
import { createRedisLink, type RedisLink } from '../../src/store/redis-link.ts'
import { createSessionCache, noSessionCache } from '../../src/store/session-cache.ts'
import { type Answer, client, type Tokens, tokensOf } from '../support/client.ts'
import { detourTo } from '../support/detour.ts'
import { secretRing, sessionState } from '../support/domain.ts'
import { createUser, type Environment, type Instance, startInstance } from '../support/service.ts'
import { type FreshStore, freshDatabase, freshRedis } from '../support/stores.ts'

const snapshotKey = (sessionId: string) => `session:{${sessionId}}`
const markKey = (sessionId: string) => `blacklist:{${sessionId}}`

/** A request may wait for Redis this long, whatever Redis does. Its commands have 75 ms; the rest is a slow machine. */
const quickMs = 400

function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return { ...snapshotOf(sessionState(1_700_000_000_000), ['role']), id: uuid(), ...changes }
}

describe('the session cache on Redis', () => {
  const secrets = secretRing()
  const settings = { snapshotLifetimeMs: () => 60_000, markLifetimeSeconds: 1_000 }
  let store: FreshStore
  let link: RedisLink
  let redis: Redis
  let cache: SessionCache

  beforeAll(async () => {
    store = await freshRedis()
    redis = new Redis(store.url)
    link = createRedisLink({ kind: 'standalone', url: store.url }, () => undefined)
    await link.connect()
    cache = createSessionCache(link, secrets, settings)
  })
  afterAll(async () => {
    link.close()
    redis.disconnect()
    await store.drop()
  })

  const nothing = {
    kind: 'read',
    snapshot: null,
    occupied: false,
    revoked: null,
    continuity: expect.any(String),
  }

  it('has nothing of a session that nobody has written', async () => {
    expect(await cache.read(uuid())).toEqual(nothing)
  })

  it('gives back the snapshot that was written, for its own session alone', async () => {
    const [one, other] = [snapshot(), snapshot({ previousAccessTokenHash: null, ipAddress: null, roles: [] })]
    await cache.fill(one, { replace: false })
    await cache.fill(other, { replace: true })
    expect(await cache.read(one.id)).toEqual({ ...nothing, snapshot: one, occupied: true })
    expect(await cache.read(other.id)).toEqual({ ...nothing, snapshot: other, occupied: true })
  })

  it('keeps what stands there, unless told to replace it', async () => {
    const first = snapshot({ roles: ['first'] })
    const second = { ...first, roles: ['second'] }
    await cache.fill(first, { replace: false })
    await cache.fill(second, { replace: false })
    expect(await cache.read(first.id)).toMatchObject({ snapshot: { roles: ['first'] } })
    await cache.fill(second, { replace: true })
    expect(await cache.read(first.id)).toMatchObject({ snapshot: { roles: ['second'] } })
  })

  it('forgets a snapshot when its lifetime is over, and writes none that has no lifetime', async () => {
    const lifetimes: Record<string, number> = { web: 100, kiosk: 0 }
    const brief = createSessionCache(link, secrets, {
      ...settings,
      snapshotLifetimeMs: clientType => lifetimes[clientType] ?? 0,
    })
    const [web, kiosk] = [snapshot({ clientType: 'web' }), snapshot({ clientType: 'kiosk' })]
    for (const replace of [false, true]) {
      await brief.fill(web, { replace })
      await brief.fill(kiosk, { replace })
      expect(await brief.read(kiosk.id)).toEqual(nothing)
      expect(await redis.pttl(snapshotKey(web.id))).toBeLessThanOrEqual(100)
      await sleep(150)
      expect(await brief.read(web.id)).toEqual(nothing)
    }
  })

  it('deletes the snapshots of revoked sessions and marks each with its reason', async () => {
    const [one, other, bystander] = [snapshot(), snapshot(), snapshot()]
    for (const each of [one, other, bystander]) await cache.fill(each, { replace: false })
    const confirmed = await cache.revoke([
      { sessionId: one.id, reason: 'logout' },
      { sessionId: other.id, reason: 'bulk' },
    ])
    expect(confirmed).toBe(true)
    expect(await cache.read(one.id)).toEqual({ ...nothing, revoked: 'logout' })
    expect(await cache.read(other.id)).toEqual({ ...nothing, revoked: 'bulk' })
    expect(await cache.read(bystander.id)).toMatchObject({ snapshot: bystander, revoked: null })
    const seconds = await redis.ttl(markKey(one.id))
    expect(seconds).toBeGreaterThan(990)
    expect(seconds).toBeLessThanOrEqual(1_000)
    expect(await cache.revoke([])).toBe(true)
  })

  it('keeps the mark, whatever is written to the session’s snapshot afterwards', async () => {
    const late = snapshot()
    await cache.revoke([{ sessionId: late.id, reason: 'user' }])
    await cache.fill(late, { replace: false })
    expect(await cache.read(late.id)).toMatchObject({ revoked: 'user' })
    await cache.fill(late, { replace: true })
    expect(await cache.read(late.id)).toMatchObject({ revoked: 'user' })
  })

  it('trusts no value that was altered, in whatever place', async () => {
    const target = snapshot()
    await cache.fill(target, { replace: false })
    await cache.revoke([{ sessionId: target.id, reason: 'logout' }])
    await cache.fill(target, { replace: false })
    const [genuine, mark] = [await value(snapshotKey(target.id)), await value(markKey(target.id))]
    for (const at of [0, 10, 21, 22, 40, genuine.length - 2]) {
      await redis.set(snapshotKey(target.id), altered(genuine, at))
      expect(await cache.read(target.id)).toMatchObject({ snapshot: null, occupied: true })
    }
    for (const at of [0, 21, 22, mark.length - 1]) {
      await redis.set(markKey(target.id), altered(mark, at))
      expect(await cache.read(target.id)).toMatchObject({ revoked: null })
    }
    for (const planted of ['', 'x', JSON.stringify(target), genuine.slice(22), genuine.slice(0, -1), mark]) {
      await redis.set(snapshotKey(target.id), planted)
      expect(await cache.read(target.id)).toMatchObject({ snapshot: null, occupied: true })
    }
    await redis.set(snapshotKey(target.id), genuine)
    expect(await cache.read(target.id)).toMatchObject({ snapshot: target })
  })

  it('trusts no value that was copied from another session', async () => {
    const [one, other] = [snapshot(), uuid()]
    await cache.fill(one, { replace: false })
    await redis.copy(snapshotKey(one.id), snapshotKey(other))
    await cache.revoke([{ sessionId: one.id, reason: 'logout' }])
    await redis.copy(markKey(one.id), markKey(other))
    expect(await cache.read(other)).toEqual({ ...nothing, occupied: true })
  })

  it('trusts no value that was written with another secret', async () => {
    const foreign = createSessionCache(link, secretRing(), settings)
    const target = snapshot()
    await foreign.fill(target, { replace: false })
    expect(await cache.read(target.id)).toEqual({ ...nothing, occupied: true })
    await foreign.revoke([{ sessionId: target.id, reason: 'logout' }])
    expect(await cache.read(target.id)).toEqual(nothing)
    expect(await foreign.read(target.id)).toEqual({ ...nothing, revoked: 'logout' })
  })

  it('reads past whatever else an intruder puts under its keys', async () => {
    const target = snapshot()
    await redis.rpush(snapshotKey(target.id), 'a list')
    await redis.hset(markKey(target.id), 'a', 'hash')
    expect(await cache.read(target.id)).toMatchObject({ kind: 'read', snapshot: null, revoked: null })
    await cache.revoke([{ sessionId: target.id, reason: 'logout' }])
    expect(await cache.read(target.id)).toMatchObject({ snapshot: null, revoked: 'logout' })
  })

  async function value(key: string): Promise<string> {
    return (await redis.get(key)) ?? ''
  }
})

function altered(text: string, at: number): string {
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
}

describe('a session cache that is away', () => {
  const settings = { snapshotLifetimeMs: () => 60_000, markLifetimeSeconds: 1_000 }
  let silent: Server
  let frozen: OwnRedis
  const links: RedisLink[] = []

  beforeAll(async () => {
    // Takes connections, and never says a word.
    silent = createServer(socket => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    frozen = await startOwnRedis()
  })
  afterAll(async () => {
    for (const link of links) link.close()
    silent.close()
    await frozen.end()
  })

  async function cacheAt(url: string): Promise<SessionCache> {
    const link = createRedisLink({ kind: 'standalone', url }, () => undefined)
    links.push(link)
    await Promise.race([link.connect(), sleep(300)])
    return createSessionCache(link, secretRing(), settings)
  }

  const ways: [string, () => Promise<SessionCache>, { confirms: boolean }][] = [
    [
      'because nothing listens',
      async () => cacheAt(`redis://127.0.0.1:${await getPort()}`),
      { confirms: false },
    ],
    ['because nothing answers', () => cacheAt(`redis://127.0.0.1:${portOf(silent)}`), { confirms: false }],
    [
      'because it froze in the middle of things',
      async () => {
        const cache = await cacheAt(frozen.url)
        expect(await cache.read(uuid())).toMatchObject({ kind: 'read' })
        frozen.signal('SIGSTOP')
        return cache
      },
      { confirms: false },
    ],
    // Nothing is kept there; so it vouches for nothing that others keep.
    ['because there is none', async () => noSessionCache, { confirms: false }],
  ]

  it.each(ways)('%s, says so quickly, and never throws', async (_, make, { confirms }) => {
    const cache = await make()
    const started = performance.now()
    for (let round = 0; round < 3; round++) {
      const target = snapshot()
      const answers = await Promise.all([
        cache.read(target.id),
        cache.fill(target, { replace: false }),
        cache.fill(target, { replace: true }),
        cache.revoke([{ sessionId: target.id, reason: 'logout' }]),
        ...Array.from({ length: 50 }, () => cache.read(uuid())),
      ])
      const [read, first, second, revoked, ...reads] = answers
      expect([read, first, second, revoked]).toEqual([{ kind: 'away' }, undefined, undefined, confirms])
      expect(reads).toEqual(reads.map(() => ({ kind: 'away' })))
    }
    expect(performance.now() - started).toBeLessThan(3 * quickMs)
  })

  it('comes back by itself when the server thaws', async () => {
    frozen.signal('SIGCONT')
    const cache = await cacheAt(frozen.url)
    const target = snapshot()
    await cache.fill(target, { replace: false })
    expect(await cache.read(target.id)).toMatchObject({ kind: 'read', snapshot: target })
  })
})

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A Redis of this file alone, which may be frozen and killed. */
type OwnRedis = {
  url: string
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
  /** As a crash: it saves nothing and says goodbye to nobody. */
  kill(): Promise<void>
  /** An empty one on the same port, with the same password. */
  restart(): Promise<void>
  end(): Promise<void>
}

async function startOwnRedis(): Promise<OwnRedis> {
  let server = await start(0)
  const { url, port } = server
  const { password } = new URL(url)
  let pid: number | null = await processOf(server)

  const signal = (name: NodeJS.Signals) => {
    if (pid !== null) process.kill(pid, name)
  }
  return {
    url,
    signal,
    async kill() {
      signal('SIGKILL')
      pid = null
      await server.stop()
    },
    async restart() {
      // The port was this process' own a moment ago, and is kept from it for a while.
      clearLockedPorts()
      server = await start(port)
      expect(server.port).toBe(port)
      pid = await processOf(server)
      await administer(server.url, admin => admin.config('SET', 'requirepass', password))
    },
    async end() {
      // A frozen one does not hear that it shall stop.
      signal('SIGCONT')
      await server.stop()
    },
  }
}

async function start(port: number): Promise<RunningRedis> {
  const started = await startRedis({ port })
  if (started.kind === 'none') throw new Error(`this test needs a Redis of its own: ${started.reason}`)
  return started
}

/** What it calls itself inside a container means another process out here, which is not ours to kill. */
async function processOf(server: RunningRedis): Promise<number> {
  if (server.how.includes('Docker')) throw new Error('this test needs a redis-server or valkey-server')
  const info = await administer(server.url, admin => admin.info('server'))
  const pid = Number(/process_id:(\d+)/.exec(info)?.[1])
  if (!(pid > 1)) throw new Error('Redis did not tell its process id')
  return pid
}

async function administer<T>(url: string, work: (admin: Redis) => Promise<T>): Promise<T> {
  const admin = new Redis(url)
  try {
    return await work(admin)
  } finally {
    admin.disconnect()
  }
}

let users = 0

async function signIn(instance: Instance): Promise<Tokens> {
  const email = `caches-${users++}@example.test`
  await createUser(instance.services, email)
  return await client(instance.url).signIn(email)
}

function codeOf({ status, body }: Answer): unknown[] {
  return [status, body['code']]
}

async function statusesOf(instances: readonly Instance[], token: string): Promise<number[]> {
  const answers = await Promise.all(instances.map(instance => client(instance.url).verify(token)))
  return answers.map(answer => answer.status)
}

/** Everything that a person does, with instances that may or may not have a cache. */
async function expectAllWorks(a: Instance, b: Instance): Promise<void> {
  const started = performance.now()
  const email = `caches-${users++}@example.test`
  await createUser(a.services, email)
  const [phone, laptop] = [await client(a.url).signIn(email), await client(b.url).signIn(email)]
  expect(await statusesOf([a, b, a, b], phone.accessToken)).toEqual([204, 204, 204, 204])

  const next = tokensOf(await client(b.url).refresh(phone.refreshToken))
  expect(tokensOf(await client(a.url).refresh(phone.refreshToken)).refreshToken).toBe(next.refreshToken)
  expect(await statusesOf([a, b], next.accessToken)).toEqual([204, 204])
  expect(await client(a.url).sessions(next.accessToken)).toHaveLength(2)

  const revoked = await client(a.url).call('DELETE', `/v1/sessions/${laptop.sessionId}`, {
    token: next.accessToken,
  })
  expect(revoked.status).toBe(204)
  expect(await statusesOf([a, b], laptop.accessToken)).toEqual([401, 401])
  expect((await client(b.url).refresh(laptop.refreshToken)).body['code']).toBe('session_revoked')
  await client(b.url).call('POST', '/v1/auth/logout', { token: next.accessToken })
  expect(await statusesOf([a, b], next.accessToken)).toEqual([401, 401])
  // A dozen requests, each of them far below the two seconds that any may take.
  expect(performance.now() - started).toBeLessThan(6_000)
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
  let redis: OwnRedis
  let a: Instance
  let b: Instance

  beforeEach(async () => {
    redis = await startOwnRedis()
    const environment = { DATABASE_URL: (await freshDatabase()).url, REDIS_URL: redis.url }
    ;[a, b] = await Promise.all([startInstance(environment), startInstance(environment)])
  })
  afterEach(async () => {
    await Promise.all([a.close(), b.close()])
    await redis.end()
  })

  const readiness = async () => {
    const { status, body } = await client(a.url).call('GET', '/health/ready')
    return [status, body['status'], body['redis']]
  }

  /** What verify answers, asked without a pause while something happens. */
  async function verifyingDuring(token: string, work: () => Promise<void>): Promise<Set<number>> {
    const statuses = new Set<number>()
    let asking = true
    const asked = Promise.all(
      [a, b].map(async instance => {
        while (asking) statuses.add((await client(instance.url).verify(token)).status)
      }),
    )
    await work()
    asking = false
    await asked
    return statuses
  }

  it('goes on without it, signs nobody out, and uses it again when it is back', async () => {
    await expectAllWorks(a, b)
    const [tokens, ended] = [await signIn(a), await signIn(b)]
    expect(await statusesOf([a, b], ended.accessToken)).toEqual([204, 204])
    expect(await readiness()).toEqual([200, 'ok', 'up'])

    const whileItDied = await verifyingDuring(tokens.accessToken, async () => {
      await sleep(50)
      await redis.kill()
      await sleep(200)
    })
    expect(whileItDied).toEqual(new Set([204]))
    expect(await readiness()).toEqual([200, 'degraded', expect.stringMatching(/^(down|recovering)$/)])
    await expectAllWorks(a, b)
    await client(a.url).call('POST', '/v1/auth/logout', { token: ended.accessToken })
    expect(await statusesOf([a, b], ended.accessToken)).toEqual([401, 401])

    const whileItCame = await verifyingDuring(tokens.accessToken, async () => {
      await redis.restart()
      await expect.poll(readiness, { timeout: 5_000, interval: 100 }).toEqual([200, 'ok', 'up'])
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
    redis.signal('SIGSTOP')
    await expectAllWorks(a, b)
    const started = performance.now()
    expect(await statusesOf([a, b], tokens.accessToken)).toEqual([204, 204])
    expect(performance.now() - started).toBeLessThan(2 * quickMs)
    expect(await readiness()).toEqual([200, 'degraded', expect.stringMatching(/^(down|recovering)$/)])

    redis.signal('SIGCONT')
    await expect
      .poll(
        async () => {
          await statusesOf([a, b], tokens.accessToken)
          return await readiness()
        },
        { timeout: 5_000, interval: 100 },
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
      [detour.url, store.url].map(url => startInstance({ DATABASE_URL: databaseUrl, REDIS_URL: url })),
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
    environment = { DATABASE_URL: (await freshDatabase()).url, REDIS_URL: store.url }
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
    const environment = { DATABASE_URL: databaseUrl, REDIS_URL: store.url }
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
