import { createHash, randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import { securityHeaders } from '../../../src/http/conventions/security-headers.ts'
import { startProxy } from '../../fault/proxy.ts'
import { bodyOf } from '../../support/browser-call.ts'
import { type Answer, call } from '../../support/conventions-app.ts'
import { countStoreCalls } from '../../support/counted.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { startStopwatch } from '../../support/stopwatch.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

/** Few enough to be reached, over a time that no test takes. */
const rates = {
  login_account: { max: 3, windowSeconds: 600 },
  login_address: { max: 8, windowSeconds: 600 },
  register_address: { max: 2, windowSeconds: 600 },
  refresh_session: { max: 3, windowSeconds: 600 },
  refresh_address: { max: 2, windowSeconds: 600 },
  logout_session: { max: 3, windowSeconds: 600 },
  password_session: { max: 2, windowSeconds: 600 },
  anonymous_address: { max: 4, windowSeconds: 600 },
  refused_address: { max: 3, windowSeconds: 600 },
  public_address: { max: 30, windowSeconds: 600 },
  session: { max: 10, windowSeconds: 600 },
}
const redisUrl = (await freshRedis()).url
const environment = {
  DATABASE_URL: (await freshDatabase()).url,
  REDIS_URL: redisUrl,
  RATE_LIMITS: JSON.stringify(rates),
  REGISTRATION: 'open',
  // So that each test has addresses of its own.
  TRUST_PROXY: '127.0.0.1',
}
const [a, b] = [await startInstance(environment), await startInstance(environment)]
const redis = new Redis(redisUrl)
afterAll(async () => {
  redis.disconnect()
  await Promise.all([a.close(), b.close()])
})

let addresses = 0
let users = 0

const newAddress = () => `198.51.${Math.floor(++addresses / 250)}.${1 + (addresses % 250)}`
const portOf = (instance: Instance) => Number(new URL(instance.url).port)

type Options = { at?: Instance; token?: string; json?: unknown }

/** One request from an address. */
function ask(from: string, method: string, path: string, options: Options = {}): Promise<Answer> {
  const { at = a, token, ...rest } = options
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return call(portOf(at), method, path, { ...rest, headers: { 'x-forwarded-for': from, ...authorization } })
}

async function newUser(): Promise<string> {
  const email = `limits-${users++}@example.test`
  await createUser(a.services, email)
  return email
}

/** With another signature. */
function forged(accessToken: string): string {
  const signature = randomBytes(64).toString('base64url')
  return `${accessToken.slice(0, accessToken.lastIndexOf('.'))}.${signature}`
}

/** The keys of counters that a call makes. */
async function keysMadeBy(act: () => Promise<unknown>): Promise<string[]> {
  const before = new Set(await redis.keys('rate:*'))
  await act()
  return (await redis.keys('rate:*')).filter(key => !before.has(key))
}

const login = (from: string, email: string, password = goodPassword, at = a) =>
  ask(from, 'POST', '/v1/auth/login', { at, json: { email, password } })

const refresh = (from: string, refreshToken: string, at = a) =>
  ask(from, 'POST', '/v1/auth/refresh', { at, json: { refreshToken } })

type Tokens = { accessToken: string; refreshToken: string; sessionId: string }

function tokensIn(answer: Answer): Tokens {
  const { accessToken, refreshToken, sessionId } = bodyOf(answer)
  expect(answer.status).toBe(200)
  return {
    accessToken: String(accessToken),
    refreshToken: String(refreshToken),
    sessionId: String(sessionId),
  }
}

const signIn = async (email?: string) => tokensIn(await login(newAddress(), email ?? (await newUser())))

async function statuses(times: number, act: (time: number) => Promise<Answer>): Promise<number[]> {
  const seen: number[] = []
  for (let time = 0; time < times; time++) seen.push((await act(time)).status)
  return seen
}

function expectLimited(answer: Answer, limit: number): void {
  expect([answer.status, bodyOf(answer)['code']]).toEqual([429, 'rate_limited'])
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.headers).toMatchObject(securityHeaders)
  const retryAfter = Number(answer.headers['retry-after'])
  expect(retryAfter).toBeGreaterThan(500)
  expect(retryAfter).toBeLessThanOrEqual(600)
  expect(answer.headers).toMatchObject({
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': '0',
    'ratelimit-reset': String(retryAfter),
  })
}

describe('sign-ins to one account', () => {
  it('from one place are limited, right or wrong, over all instances', async () => {
    const [email, from] = [await newUser(), newAddress()]
    expect((await login(from, email, 'wrong')).status).toBe(401)
    expect((await login(from, email.toUpperCase(), goodPassword, b)).status).toBe(200)
    expect((await login(from, email)).status).toBe(200)
    expectLimited(await login(from, email, goodPassword, b), 3)
    expectLimited(await login(from, email, 'wrong'), 3)
  })

  it('do not keep its owner out, who is elsewhere', async () => {
    const [email, attacker] = [await newUser(), newAddress()]
    expect(await statuses(5, () => login(attacker, email, 'guess'))).toEqual([401, 401, 401, 429, 429])
    expect((await login(newAddress(), email)).status).toBe(200)
  })

  it('from a device that its owner has signed in on are counted apart, wherever it is; a forged one is not', async () => {
    const [email, office] = [await newUser(), newAddress()]
    const { deviceToken } = bodyOf(await login(newAddress(), email))
    const guesses = await statuses(4, () => login(office, email, 'guess'))
    expect(guesses).toEqual([401, 401, 401, 429])
    const onDevice = (from: string, token: unknown, at = a) =>
      ask(from, 'POST', '/v1/auth/login', { at, json: { email, password: goodPassword, deviceToken: token } })
    expect((await onDevice(office, `${deviceToken}x`)).status).toBe(429)
    expect(await statuses(2, () => onDevice(office, deviceToken, b))).toEqual([200, 200])
    // It has its own limit, which it takes along.
    expect(await statuses(2, () => onDevice(newAddress(), deviceToken))).toEqual([200, 429])
  })

  it('that nobody has are limited just the same', async () => {
    const from = newAddress()
    expect(await statuses(4, () => login(from, 'nobody@example.test'))).toEqual([401, 401, 401, 429])
  })
})

describe('sign-ins from one address', () => {
  it('are limited over all accounts', async () => {
    const from = newAddress()
    const seen = await statuses(10, time => login(from, `someone-${time}@example.test`))
    expect(seen).toEqual([...Array(8).fill(401), 429, 429])
    expectLimited(await login(from, await newUser()), 8)
  })

  it('are counted together for the /64 of an IPv6 address', async () => {
    const inNetwork = (time: number) => login(`2001:db8:7:7::${time + 1}`, `six-${time}@example.test`)
    expect(await statuses(9, inNetwork)).toEqual([...Array(8).fill(401), 429])
    expect((await login('2001:db8:7:8::1', 'six-9@example.test')).status).toBe(401)
  })

  it('are counted by the address that is true, not by the one that an untrusted caller gives', async () => {
    const direct = await startInstance({ ...environment, TRUST_PROXY: '' })
    try {
      const forge = (time: number) => login(newAddress(), `forged-${time}@example.test`, 'wrong', direct)
      expect(await statuses(9, forge)).toEqual([...Array(8).fill(401), 429])
    } finally {
      await direct.close()
    }
  })
})

describe('registrations from one address', () => {
  it('are limited', async () => {
    const from = newAddress()
    const register = (time: number) => {
      const json = { email: `registered-${from}-${time}@example.test`, password: goodPassword }
      return ask(from, 'POST', '/v1/auth/register', { json })
    }
    expect(await statuses(3, register)).toEqual([201, 201, 429])
  })
})

describe('rotations of one session', () => {
  it('are limited over all instances; what is refused is not spent, and a replay is free', async () => {
    const from = newAddress()
    const first = await signIn()
    const second = tokensIn(await refresh(from, first.refreshToken))
    const third = tokensIn(await refresh(from, second.refreshToken, b))
    const fourth = tokensIn(await refresh(from, third.refreshToken))
    expectLimited(await refresh(from, fourth.refreshToken), 3)
    expectLimited(await refresh(newAddress(), fourth.refreshToken, b), 3)
    for (const at of [a, b, a, b]) {
      expect(tokensIn(await refresh(from, third.refreshToken, at))).toEqual(fourth)
    }
    expect((await ask(from, 'GET', '/v1/verify', { token: fourth.accessToken })).status).toBe(204)
  })

  it('are counted when they have happened: a refresh that ends in a 503 uses nothing up', async () => {
    const from = newAddress()
    let tokens = await signIn()
    const holder = new pg.Client({ connectionString: environment.DATABASE_URL })
    await holder.connect()
    try {
      await holder.query('BEGIN')
      await holder.query('SELECT FROM user_sessions WHERE id = $1 FOR UPDATE', [tokens.sessionId])
      // More often than the limit allows, on both instances.
      expect(await statuses(4, () => refresh(from, tokens.refreshToken))).toEqual([503, 503, 503, 503])
      expect((await refresh(from, tokens.refreshToken, b)).status).toBe(503)
    } finally {
      await holder.end()
    }
    for (const at of [a, b, a]) tokens = tokensIn(await refresh(from, tokens.refreshToken, at))
    expectLimited(await refresh(from, tokens.refreshToken), 3)
  })

  it('do not count for another session', async () => {
    const email = await newUser()
    const [one, other] = [await signIn(email), await signIn(email)]
    let { refreshToken } = one
    for (let rotation = 0; rotation < 3; rotation++) {
      refreshToken = tokensIn(await refresh(newAddress(), refreshToken)).refreshToken
    }
    expect((await refresh(newAddress(), refreshToken)).status).toBe(429)
    expect((await refresh(newAddress(), other.refreshToken)).status).toBe(200)
  })
})

describe('refresh tokens that are not ours', () => {
  it('are limited by address; a good one from there still works', async () => {
    const from = newAddress()
    const { refreshToken } = await signIn()
    expect(await statuses(2, () => refresh(from, 'lkr_garbage'))).toEqual([401, 401])
    expectLimited(await refresh(from, 'lkr_garbage'), 2)
    expect((await refresh(from, refreshToken)).status).toBe(200)
  })

  it('cost no I/O, also when they are counted', async () => {
    const from = newAddress()
    const { sql, redis: commands } = await countStoreCalls(() => statuses(4, () => refresh(from, 'x')))
    expect({ sql, commands }).toEqual({ sql: [], commands: [] })
  })
})

describe('changes of the password', () => {
  it('are limited by session, right or wrong', async () => {
    const { accessToken: token } = await signIn()
    const change = (currentPassword: string) => {
      const json = { currentPassword, newPassword: 'another long passphrase' }
      return ask(newAddress(), 'POST', '/v1/auth/password', { token, json })
    }
    expect((await change('wrong')).status).toBe(422)
    expect((await change('wrong')).status).toBe(422)
    expectLimited(await change(goodPassword), 2)
  })
})

describe('requests by nobody', () => {
  it('for somebody are limited by address, over all routes and instances', async () => {
    const from = newAddress()
    const asked = [
      await ask(from, 'GET', '/v1/sessions'),
      await ask(from, 'GET', '/v1/auth/session', { token: 'forged', at: b }),
      await ask(from, 'DELETE', '/v1/sessions', { at: b }),
      await ask(from, 'POST', '/v1/auth/logout'),
    ]
    expect(asked.map(({ status }) => status)).toEqual([401, 401, 401, 204])
    expectLimited(await ask(from, 'GET', '/v1/sessions', { at: b }), 4)
    expectLimited(await ask(from, 'POST', '/v1/auth/logout'), 4)
  })

  it('do not shut out those who are signed in behind the same address', async () => {
    const from = newAddress()
    const { accessToken: token } = await signIn()
    expect(await statuses(6, () => ask(from, 'GET', '/v1/sessions'))).toEqual([401, 401, 401, 401, 429, 429])
    expect((await ask(from, 'GET', '/v1/sessions', { token })).status).toBe(200)
  })

  it('are not counted where an answer costs less than a count: health', async () => {
    const from = newAddress()
    for (const path of ['/health/live', '/health/ready']) {
      expect(await statuses(40, () => ask(from, 'GET', path))).toEqual(Array(40).fill(200))
    }
  })

  it('for documents that are the same for every caller are limited by address, without I/O', async () => {
    const from = newAddress()
    const paths = [
      '/openapi.json',
      '/docs',
      '/.well-known/jwks.json',
      '/.well-known/oauth-authorization-server',
    ]
    const { sql, redis: commands } = await countStoreCalls(async () => {
      for (let time = 0; time < 30; time++) {
        expect((await ask(from, 'GET', paths[time % paths.length] ?? '')).status).toBe(200)
      }
      for (const path of paths) expect((await ask(from, 'GET', path)).status).toBe(429)
      expectLimited(await ask(from, 'GET', '/openapi.json'), 30)
    })
    expect({ sql, commands }).toEqual({ sql: [], commands: [] })
    expect((await ask(newAddress(), 'GET', '/openapi.json')).status).toBe(200)
  })
})

describe('requests of one session', () => {
  it('are limited over all routes and instances, whatever they come from', async () => {
    const email = await newUser()
    const [{ accessToken: token }, other] = [await signIn(email), await signIn(email)]
    const act = (time: number) =>
      ask(newAddress(), 'GET', time % 2 === 0 ? '/v1/sessions' : '/v1/auth/session', {
        token,
        at: time % 3 === 0 ? b : a,
      })
    expect(await statuses(10, act)).toEqual(Array(10).fill(200))
    expectLimited(await act(10), 10)
    expect((await ask(newAddress(), 'GET', '/v1/sessions', { token: other.accessToken })).status).toBe(200)
  })

  it('count for it also when they are refused: an old token is not a stranger’s', async () => {
    const from = newAddress()
    const { accessToken: token } = await signIn()
    expect((await ask(from, 'POST', '/v1/auth/logout', { token })).status).toBe(204)
    const seen = await statuses(11, () => ask(from, 'GET', '/v1/sessions', { token }))
    expect(seen).toEqual([...Array(10).fill(401), 429])
    // The address has all its own requests left.
    expect(await statuses(4, () => ask(from, 'GET', '/v1/sessions'))).toEqual([401, 401, 401, 401])
  })
})

describe('verify', () => {
  it('is limited by session, by each instance for itself and without another round trip', async () => {
    const { accessToken: token } = await signIn()
    const verify = (at: Instance) => ask(newAddress(), 'GET', '/v1/verify', { token, at })
    expect(await statuses(1, () => verify(a))).toEqual([204])
    const { result, redis: commands } = await countStoreCalls(() => statuses(9, () => verify(a)))
    expect(result).toEqual(Array(9).fill(204))
    expect(commands).toEqual([])
    expectLimited(await verify(a), 10)
    expect((await verify(b)).status).toBe(204)
  })

  it('is not limited for whoever brings a service key', async () => {
    const { key } = await a.services.serviceKeys.create({ name: 'gateway', scopes: ['verify'] }, byCli)
    const { accessToken } = await signIn()
    const headers = { authorization: `Bearer ${accessToken}`, 'x-latchkey-service-key': key }
    const verify = () => call(portOf(a), 'GET', '/v1/verify', { headers })
    expect(await statuses(30, verify)).toEqual(Array(30).fill(204))
  })

  it('is not limited by address for what is turned away without work: a gateway asks for everyone from its own', async () => {
    const gateway = newAddress()
    const seen = await statuses(20, () => ask(gateway, 'GET', '/v1/verify', { token: 'garbage' }))
    expect(seen).toEqual(Array(20).fill(401))
  })

  it('counts a forged token against its address, and checks no more signatures from there', async () => {
    const from = newAddress()
    const { accessToken } = await signIn()
    const verify = () => ask(from, 'GET', '/v1/verify', { token: forged(accessToken) })
    // Looked up once for the header of a token, and once more for a check of its signature.
    const lookUps = vi.spyOn(a.services.keyRing, 'byHeader')
    expect(await statuses(3, verify)).toEqual([401, 401, 401])
    expect(lookUps).toHaveBeenCalledTimes(6)
    expectLimited(await verify(), 3)
    lookUps.mockClear()
    expect(await statuses(20, verify)).toEqual(Array(20).fill(429))
    expect(lookUps).toHaveBeenCalledTimes(20)
    lookUps.mockRestore()
    expect((await ask(newAddress(), 'GET', '/v1/verify', { token: forged(accessToken) })).status).toBe(401)
  })

  it('still says yes to a token that it knows, from an address that has sent forged ones', async () => {
    const from = newAddress()
    const { accessToken } = await signIn()
    expect((await ask(newAddress(), 'GET', '/v1/verify', { token: accessToken })).status).toBe(204)
    const forge = () => ask(from, 'GET', '/v1/verify', { token: forged(accessToken) })
    expect((await statuses(5, forge)).at(-1)).toBe(429)
    expect((await ask(from, 'GET', '/v1/verify', { token: accessToken })).status).toBe(204)
  })

  it('does not count forged tokens that come with a valid service key', async () => {
    const { key } = await a.services.serviceKeys.create({ name: 'edge', scopes: ['verify'] }, byCli)
    const { accessToken } = await signIn()
    const verify = () => {
      const authorization = `Bearer ${forged(accessToken)}`
      const headers = { authorization, 'x-latchkey-service-key': key, 'x-forwarded-for': '203.0.113.9' }
      return call(portOf(a), 'GET', '/v1/verify', { headers })
    }
    expect(await statuses(20, verify)).toEqual(Array(20).fill(401))
  })
})

describe('an answer that is no 429', () => {
  it('says nothing of limits: answers that must be alike differ in nothing', async () => {
    const { accessToken: token } = await signIn()
    for (const answer of [
      await ask(newAddress(), 'GET', '/v1/sessions', { token }),
      await login(newAddress(), 'nobody@example.test'),
    ]) {
      const names = Object.keys(answer.headers).filter(name => /^(x-)?ratelimit|^retry-after$/.test(name))
      expect(names).toEqual([])
    }
  })
})

describe('what stands in Redis', () => {
  it('ends by itself, and holds no email address', async () => {
    await login(newAddress(), 'very.private@example.test')
    const keys = await redis.keys('rate:*')
    expect(keys.length).toBeGreaterThan(10)
    for (const key of keys) {
      expect(key).not.toContain('private')
      const leftMs = await redis.pttl(key)
      expect(leftMs, key).toBeGreaterThan(0)
      expect(leftMs, key).toBeLessThanOrEqual(600_000)
    }
  })

  it('does not name the session, the account or the address that it counts', async () => {
    const from = newAddress()
    const email = await newUser()
    const { accessToken: token, sessionId, refreshToken } = tokensIn(await login(from, email))
    await ask(from, 'GET', '/v1/sessions', { token })
    await refresh(from, refreshToken)
    const account = createHash('sha256').update(email).digest('base64url')
    for (const key of await redis.keys('*')) {
      if (!key.startsWith('rate:')) continue
      expect(key).toMatch(/^rate:[\w-]{43}$/)
      for (const name of [sessionId, account, from]) expect(key).not.toContain(name)
    }
  })

  it.each([
    ['never ends', (key: string) => redis.persist(key)],
    ['ends much later than a window does', (key: string) => redis.expire(key, 1_000_000)],
  ])('is given an end where a count %s', async (_, spoil) => {
    const { accessToken: token } = await signIn()
    const act = () => ask(newAddress(), 'GET', '/v1/sessions', { token })
    const [key = ''] = await keysMadeBy(act)
    await spoil(key)
    expect((await act()).status).toBe(200)
    expect(await redis.pttl(key)).toBeGreaterThan(500_000)
    expect(await redis.pttl(key)).toBeLessThanOrEqual(600_000)
  })

  it('cannot shut a session out: a planted count leaves each instance an eighth of the limit', async () => {
    const RATE_LIMITS = JSON.stringify({ ...rates, session: { max: 80, windowSeconds: 600 } })
    const wide = await startInstance({ ...environment, RATE_LIMITS })
    try {
      const { accessToken: token } = await signIn()
      const act = () => ask(newAddress(), 'GET', '/v1/sessions', { token, at: wide })
      const [key = ''] = await keysMadeBy(act)
      await redis.set(key, 2_000_000_000)
      expect(await statuses(9, act)).toEqual(Array(9).fill(200))
      expectLimited(await act(), 80)
    } finally {
      await wide.close()
    }
  })

  it('is counted on when the server has forgotten the script', async () => {
    const limit = { max: 1_000, windowMs: 60_000 }
    const add = () => a.services.rates.counter.add('forgotten', limit)
    expect((await add()).count).toBe(1)
    await redis.script('FLUSH')
    expect((await add()).count).toBe(2)
  })

  it('counts exactly, however many come at once', async () => {
    const limit = { max: 1_000, windowMs: 60_000 }
    const tallies = await Promise.all(
      Array.from({ length: 100 }, (_, at) => (at % 2 ? a : b).services.rates.counter.add('at once', limit)),
    )
    const counts = tallies.map(({ count }) => count).sort((x, y) => x - y)
    expect(counts).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
  })
})

describe('without Redis', () => {
  async function expectLimitsBy(instance: Instance): Promise<void> {
    const from = newAddress()
    const seen = await statuses(6, () => ask(from, 'GET', '/v1/sessions', { at: instance }))
    expect(seen).toEqual([401, 401, 401, 401, 429, 429])
  }

  it('each instance counts for itself when there is none', async () => {
    const { REDIS_URL: _, ...none } = environment
    const alone = await startInstance(none)
    try {
      await expectLimitsBy(alone)
    } finally {
      await alone.close()
    }
  })

  it.each(['refuse', 'black_hole'] as const)(
    'each instance counts for itself while it is away (%s), neither open nor shut, and in time',
    async kind => {
      const proxy = await startProxy(Number(new URL(redisUrl).port))
      const behind = new URL(redisUrl)
      behind.port = String(proxy.port)
      const shaky = await startInstance({ ...environment, REDIS_URL: behind.href })
      try {
        await expectLimitsBy(shaky)
        await proxy.set({ kind })
        const stopwatch = startStopwatch()
        await expectLimitsBy(shaky)
        expect(stopwatch.readMs()).toBeLessThan(2_000)
      } finally {
        await shaky.close()
        await proxy.close()
      }
    },
  )
})
