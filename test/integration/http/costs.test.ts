import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import type { AccessClaims } from '../../../src/session/token/access-token.ts'
import { client, insist, type Tokens, tokensOf } from '../../support/client.ts'
import { countStoreCalls } from '../../support/counted.ts'
import { query } from '../../support/database.ts'
import { countRoundTrips } from '../../support/round-trips.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'
import { until } from '../../support/until.ts'

const nothing = { sql: [], redis: [] }

let databaseUrl: string
let redisUrl: string
let instance: Instance
let api: ReturnType<typeof client>
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  redisUrl = (await freshRedis()).url
  instance = await startInstance({
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    // A hit in memory costs neither.
    NEAR_CACHE_MAX_SESSIONS: '0',
  })
  api = client(instance.url)
})

afterAll(() => instance.close())

async function signIn(): Promise<Tokens & { email: string }> {
  const email = `costs-${users++}@example.test`
  await createUser(instance.services, email)
  return { ...(await api.signIn(email)), email }
}

const byPrimaryKey =
  /^select .* where "user_sessions"."id" = ANY\(ARRAY\(SELECT unnest\(\$1::uuid\[\]\)\)\)$/s

function claimsOf(accessToken: string): AccessClaims {
  const claims: AccessClaims = JSON.parse(
    Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString('utf8'),
  )
  return claims
}

describe('what a request costs', () => {
  it('verify on a cache hit: one round trip to Redis, and no SQL', async () => {
    const { accessToken } = await signIn()
    await countStoreCalls(() => api.verify(accessToken))
    const { result, sql, redis } = await countStoreCalls(() => api.verify(accessToken))
    expect(result.status).toBe(204)
    expect({ sql, redis }).toEqual({ sql: [], redis: ['mget'] })
  })

  it('verify on a miss: one SQL statement by primary key, and the snapshot is filled', async () => {
    const { accessToken } = await signIn()
    const { result, sql, redis } = await countStoreCalls(() => api.verify(accessToken))
    expect(result.status).toBe(204)
    expect(sql).toHaveLength(1)
    expect(sql[0]).toMatch(byPrimaryKey)
    expect(redis).toEqual(['mget', 'set'])
  })

  it('verify on a miss, of a token that a snapshot has shown to be ours: no signature check', async () => {
    const { accessToken } = tokensOf(await api.refresh((await signIn()).refreshToken))
    const prove = vi.fn(async () => claimsOf(accessToken))
    const ask = () => countStoreCalls(async () => instance.services.sessions.verify(accessToken, prove))
    expect(await ask()).toMatchObject({ result: { kind: 'signed_in' }, sql: [] })
    const redis = new Redis(redisUrl)
    await redis.flushdb()
    redis.disconnect()
    const { result, sql } = await ask()
    expect(result.kind).toBe('signed_in')
    expect(sql).toHaveLength(1)
    expect(prove).not.toHaveBeenCalled()
  })

  it('verifies on a miss at one moment: one round trip to Redis, and one SQL statement for all', async () => {
    const tokens = [await signIn(), await signIn(), await signIn()].map(({ accessToken }) => accessToken)
    const { result, sql, redis } = await countStoreCalls(() =>
      Promise.all(tokens.map(token => instance.services.sessions.verify(token, async () => claimsOf(token)))),
    )
    expect(result.map(({ kind }) => kind)).toEqual(['signed_in', 'signed_in', 'signed_in'])
    expect(sql).toHaveLength(1)
    expect(redis).toEqual(['mget', 'set', 'set', 'set'])
  })

  it('a rotation: two SQL statements, and a count, one write and a message in Redis', async () => {
    const { refreshToken } = await signIn()
    const { result, sql, redis } = await countStoreCalls(() => api.refresh(refreshToken))
    expect(result.status).toBe(200)
    expect(sql).toHaveLength(2)
    expect(sql[0]).toMatch(byPrimaryKey)
    expect(sql[1]).toMatch(/^update "user_sessions" .* where \("user_sessions"."id" = /s)
    expect(redis).toEqual(['evalsha', 'set', 'publish'])
  })

  it('a verify after a rotation: no SQL, as the refresh has written the snapshot', async () => {
    const { refreshToken } = await signIn()
    const { accessToken } = tokensOf(await api.refresh(refreshToken))
    const { result, sql } = await countStoreCalls(() => api.verify(accessToken))
    expect([result.status, sql]).toEqual([204, []])
  })

  it('a replay: one SQL statement', async () => {
    const { refreshToken } = await signIn()
    await api.refresh(refreshToken)
    const { result, sql, redis } = await countStoreCalls(() => api.refresh(refreshToken))
    expect(result.status).toBe(200)
    expect(sql).toHaveLength(1)
    expect(redis).toEqual([])
  })

  it('garbage: nothing at all', async () => {
    const { accessToken, refreshToken } = await signIn()
    const [header = '', payload = '', signature = ''] = accessToken.split('.')
    const altered = `${signature.slice(0, 10)}${signature[10] === 'A' ? 'B' : 'A'}${signature.slice(11)}`
    const { sql, redis } = await countStoreCalls(async () => {
      for (const token of ['garbage', 'a.b.c', `e30.${payload}.${signature}`]) {
        expect((await api.verify(token)).status).toBe(401)
      }
      for (const token of ['garbage', `lkr_${'A'.repeat(114)}`, refreshToken.replace(/.$/, '.')]) {
        expect((await api.refresh(token)).status).toBe(401)
      }
    })
    expect({ sql, redis }).toEqual({ sql: [], redis: [] })
    // A forged signature under a known key: the lookup in Redis, and then no database.
    const forged = await countStoreCalls(() => api.verify(`${header}.${payload}.${altered}`))
    expect(forged.result.body['code']).toBe('access_token_invalid')
    expect(forged.sql).toEqual([])
  })

  it('100 verifies at once of one session that is not cached: two SQL statements at most', async () => {
    const { accessToken } = await signIn()
    const { result, sql } = await countStoreCalls(() =>
      Promise.all(Array.from({ length: 100 }, () => instance.app.inject(verifying(accessToken)))),
    )
    expect(new Set(result.map(answer => answer.statusCode))).toEqual(new Set([204]))
    expect(sql.length).toBeLessThanOrEqual(2)
  })
})

describe('what a request without a valid credential costs', () => {
  const rates = {
    anonymous_address: { max: 4, windowSeconds: 600 },
    refused_address: { max: 1_000, windowSeconds: 600 },
    refresh_session: { max: 1_000, windowSeconds: 600 },
  }
  let limited: Instance
  let from: ReturnType<typeof client>
  let addresses = 0

  beforeAll(async () => {
    limited = await startInstance({
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      NEAR_CACHE_MAX_SESSIONS: '0',
      RATE_LIMITS: JSON.stringify(rates),
      TRUST_PROXY: '127.0.0.1',
    })
    from = client(limited.url)
  })
  afterAll(() => limited.close())

  const newAddress = () => ({ 'x-forwarded-for': `198.51.100.${++addresses}` })
  const times = async (count: number, work: () => Promise<{ status: number }>) => {
    const statuses: number[] = []
    for (let time = 0; time < count; time++) statuses.push((await work()).status)
    return statuses
  }
  const newKey = () => `lks_${randomBytes(32).toString('base64url')}`

  it('a forged token: one look at the cache, shared with others, and none at the database', async () => {
    const { accessToken } = await signIn()
    const token = `${accessToken.slice(0, -86)}${randomBytes(64).toString('base64url')}`
    const { result, sql, redis } = await countStoreCalls(() =>
      from.call('GET', '/v1/verify', { token, headers: newAddress() }),
    )
    expect([result.status, sql, redis]).toEqual([401, [], ['mget']])
  })

  it('no credential: one count in Redis, and past the limit nothing', async () => {
    const headers = newAddress()
    const ask = () => from.call('GET', '/v1/sessions', { headers })
    const first = await countStoreCalls(() => times(4, ask))
    expect(first).toEqual({ result: [401, 401, 401, 401], sql: [], redis: Array(4).fill('evalsha') })
    const { result, ...later } = await countStoreCalls(() => times(10, ask))
    expect(result).toEqual(Array(10).fill(429))
    expect(later).toEqual(nothing)
  })

  const inHeader = (key: string) => ({ token: 'x', headers: { 'x-latchkey-service-key': key } })
  const asBearer = (key: string) => ({ token: key, headers: {} })

  it.each([
    { method: 'GET', path: '/v1/verify', by: inHeader, rest: {} },
    { method: 'POST', path: '/v1/introspect', by: asBearer, rest: { form: { token: 'x' } } },
    { method: 'POST', path: '/v1/revoke', by: asBearer, rest: { form: { token: 'x' } } },
    { method: 'POST', path: '/v1/admin/sessions', by: asBearer, rest: { body: {} } },
    { method: 'GET', path: '/v1/admin/stats', by: asBearer, rest: {} },
  ])(
    'an unknown service key at $method $path: one read, the same key again none, and past the limit none',
    async ({ method, path, by, rest }) => {
      const address = newAddress()
      const call = (key: string) => {
        const { token, headers } = by(key)
        return from.call(method, path, { ...rest, token, headers: { ...headers, ...address } })
      }
      const same = newKey()
      const first = await countStoreCalls(() => call(same))
      expect([first.result.status, first.sql.length, first.redis]).toEqual([401, 1, []])
      const { result, ...again } = await countStoreCalls(() => times(20, () => call(same)))
      expect(result).toEqual(Array(20).fill(401))
      expect(again).toEqual(nothing)
      expect(await times(3, () => call(newKey()))).toEqual([401, 401, 401])
      const past = await countStoreCalls(() => times(5, () => call(newKey())))
      expect(past).toEqual({ ...nothing, result: Array(5).fill(429) })
    },
  )

  it('a service key that was made a moment ago is found, also from an address with unknown ones', async () => {
    const headers = newAddress()
    const introspect = (key: string) =>
      from.call('POST', '/v1/introspect', { form: { token: 'x' }, token: key, headers })
    expect((await introspect(newKey())).status).toBe(401)
    const { key } = await instance.services.serviceKeys.create(
      { name: `new-${addresses}`, scopes: ['introspect'] },
      byCli,
    )
    expect((await introspect(key)).status).toBe(200)
  })

  it('a refresh for a session that has ended: one read, and then none for a minute', async () => {
    const { refreshToken } = await signIn()
    expect((await api.call('POST', '/v1/auth/logout', { body: { refreshToken } })).status).toBe(204)
    const headers = newAddress()
    const refresh = () => from.call('POST', '/v1/auth/refresh', { body: { refreshToken }, headers })
    const first = await countStoreCalls(refresh)
    expect([first.result.status, first.result.body['code']]).toEqual([401, 'session_revoked'])
    expect([first.sql.length, first.redis]).toEqual([1, []])
    const { result, ...later } = await countStoreCalls(() => times(50, refresh))
    expect(result).toEqual(Array(50).fill(401))
    expect(later).toEqual(nothing)
  })

  it('a refresh by an expired token: no read past the limit of its address, whatever other limit is met first', async () => {
    const { refreshToken, sessionId } = await signIn()
    await query(
      databaseUrl,
      `UPDATE user_sessions SET refresh_expires_at = now() - interval '1 minute' WHERE id = $1`,
      [sessionId],
    )
    // The limit of the session is lower: 20.
    const strict = await startInstance({
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      RATE_LIMITS: JSON.stringify({ refused_address: { max: 30, windowSeconds: 600 } }),
    })
    try {
      const refresh = () => client(strict.url).refresh(refreshToken)
      await times(40, refresh)
      const { result, ...later } = await countStoreCalls(() => times(10, refresh))
      expect(result).toEqual(Array(10).fill(429))
      expect(later).toEqual(nothing)
    } finally {
      await strict.close()
    }
  })

  it('a second sign-out of a session: reads and no write once a minute, else nothing, and ten of them a minute', async () => {
    const { refreshToken } = await signIn()
    expect((await api.call('POST', '/v1/auth/logout', { body: { refreshToken } })).status).toBe(204)
    const headers = newAddress()
    const signOut = () => from.call('POST', '/v1/auth/logout', { body: { refreshToken }, headers })
    const { result, sql, redis } = await countStoreCalls(signOut)
    expect(result.status).toBe(204)
    expect(sql.filter(isWrite)).toEqual([])
    // Whose it is, how the session stands, its entry on the feed, and who has read of it.
    expect(sql.length).toBeLessThanOrEqual(4)
    expect(redis).toEqual(['evalsha'])
    const again = await countStoreCalls(signOut)
    expect([again.result.status, again.sql, again.redis]).toEqual([204, [], ['evalsha']])
    await times(10, signOut)
    const past = await countStoreCalls(() => times(20, signOut))
    expect(past).toEqual({ ...nothing, result: Array(20).fill(429) })
  })

  it.each([
    [
      'DELETE /v1/sessions/:id',
      async (session: Tokens & { email: string }) => {
        const other = await api.signIn(session.email)
        return () => api.call('DELETE', `/v1/sessions/${session.sessionId}`, { token: other.accessToken })
      },
    ],
    [
      'POST /v1/revoke',
      async (session: Tokens & { email: string }) => {
        const { key } = await instance.services.serviceKeys.create(
          { name: `r-${users++}`, scopes: ['revoke'] },
          byCli,
        )
        return () => api.call('POST', '/v1/revoke', { token: key, form: { token: session.refreshToken } })
      },
    ],
  ])('a second revocation by %s writes nothing', async (_, revocation) => {
    const revoke = await revocation(await signIn())
    const first = await countStoreCalls(revoke)
    expect(first.result.status).toBeLessThan(300)
    expect(first.sql.some(isWrite)).toBe(true)
    const { result, sql } = await countStoreCalls(revoke)
    expect(result.status).toBe(first.result.status)
    expect(sql.filter(isWrite)).toEqual([])
  })
})

/** A statement that opens a transaction or changes a row. */
function isWrite(statement: string): boolean {
  return /^\s*begin|\b(insert into|update|delete from)\b/i.test(statement)
}

describe('what a sign-in costs', () => {
  const begins = (sql: readonly string[]) =>
    sql.map(statement => /^\s*\w+/.exec(statement)?.[0].trim().toLowerCase())

  async function newUser(): Promise<string> {
    const email = `costs-${users++}@example.test`
    await createUser(instance.services, email)
    return email
  }

  it('seven statements, of which one comes before the password is looked at; two counts in Redis', async () => {
    const email = await newUser()
    const { sql, redis } = await countStoreCalls(() => api.signIn(email))
    expect(begins(sql)).toEqual(['select', 'begin', 'select', 'select', 'select', 'with', 'commit'])
    expect(sql[0]).toMatch(/"users".*"login_throttles"/s)
    // The lock comes before what is read behind it.
    expect(sql[2]).toMatch(/"users" where "users"."id" = \$1 for update$/)
    expect(sql[3]).toMatch(/"user_sessions"/)
    // By the address, and by the account.
    expect(redis).toEqual(['evalsha', 'evalsha'])
  })

  it('one statement less on a device that has proved to be known', async () => {
    const body = { email: await newUser(), password: goodPassword }
    const logIn = (deviceToken?: unknown) =>
      api.call('POST', '/v1/auth/login', { body: { ...body, deviceToken } })
    const { deviceToken } = (await logIn()).body
    const { result, sql } = await countStoreCalls(() => logIn(deviceToken))
    expect(result.status).toBe(200)
    expect(begins(sql)).toEqual(['select', 'begin', 'select', 'select', 'with', 'commit'])
  })

  it('two statements when it is refused, and one when it is not looked at', async () => {
    const email = await newUser()
    const fail = () => api.call('POST', '/v1/auth/login', { body: { email, password: 'not the password' } })
    for (let failure = 1; failure <= 5; failure++) {
      const { result, sql } = await countStoreCalls(fail)
      expect([result.status, begins(sql)]).toEqual([401, ['select', 'with']])
    }
    const { result, sql } = await countStoreCalls(fail)
    expect([result.status, begins(sql)]).toEqual([429, ['select']])
  })

  it('four round trips to Postgres, also when it ends another session or follows a failed one', async () => {
    const counted = await countRoundTrips(databaseUrl)
    const far = await startInstance({ DATABASE_URL: counted.url })
    try {
      const email = await newUser()
      // Its first poll has made it read the keys.
      const settled = async () => {
        const before = counted.count()
        await sleep(300)
        return counted.count() === before
      }
      await expect.poll(settled).toBe(true)
      const logIn = (password: string) =>
        far.app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email, password } })
      const trips: number[] = []
      const statuses: number[] = []
      for (const password of [...Array(6).fill(goodPassword), 'not the password', goodPassword]) {
        const before = counted.count()
        statuses.push((await logIn(password)).statusCode)
        trips.push(counted.count() - before)
      }
      expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 401, 200])
      expect(trips).toEqual([4, 4, 4, 4, 4, 4, 2, 4])
    } finally {
      await far.close()
      await counted.close()
    }
  })
})

describe('what a request writes', () => {
  it('over 90 % of 1,000 rotations and 1,000 activity updates are heap-only (HOT)', async () => {
    const sessions = await Promise.all(Array.from({ length: 10 }, signIn))
    const statistics = async () => {
      const [row] = await query<{ updates: string; hot: string }>(
        databaseUrl,
        `SELECT n_tup_upd AS updates, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = 'user_sessions'`,
      )
      return { updates: Number(row?.updates), hot: Number(row?.hot) }
    }
    const activity = new pg.Pool({ connectionString: databaseUrl, max: 2 })
    const before = await statistics()
    // One after another: a page is pruned only of what no transaction under way can see, however slow that one is.
    for (const session of sessions) {
      let { refreshToken } = session
      for (let rotation = 0; rotation < 100; rotation++) {
        const presented = refreshToken
        refreshToken = tokensOf(await insist(() => api.refresh(presented))).refreshToken
        await activity.query('UPDATE user_sessions SET last_activity_at = clock_timestamp() WHERE id = $1', [
          session.sessionId,
        ])
      }
    }
    await activity.end()
    // A connection reports what it has done only once it has been idle for ten seconds.
    let after = before
    await until('all updates are counted', async () => {
      after = await statistics()
      return after.updates - before.updates >= 2_000
    })
    const updates = after.updates - before.updates
    expect((after.hot - before.hot) / updates).toBeGreaterThan(0.9)
  })

  it('activity of many sessions is written in one statement', async () => {
    const sessions = await Promise.all(Array.from({ length: 5 }, signIn))
    await query(
      databaseUrl,
      `UPDATE user_sessions SET last_activity_at = last_activity_at - interval '10 minutes'`,
    )
    for (const { accessToken } of sessions) expect((await api.verify(accessToken)).status).toBe(204)
    const { sql } = await countStoreCalls(() => instance.services.activity.flush())
    expect(sql).toHaveLength(1)
    const ids = sessions.map(session => session.sessionId)
    const recent = await query(
      databaseUrl,
      `SELECT FROM user_sessions WHERE id = ANY($1) AND last_activity_at > now() - interval '1 minute'`,
      [ids],
    )
    expect(recent).toHaveLength(5)
  })
})

function verifying(token: string) {
  return { url: '/v1/verify', headers: { authorization: `Bearer ${token}` } }
}
