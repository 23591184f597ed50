import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createPasswords } from '../../../src/account/hashing/passwords.ts'
import { createClock } from '../../../src/clock.ts'
import { client, type Tokens, tokensOf } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { detourTo } from '../../support/detour.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

/**
 * The ways in which session stores that live in a cache are known to keep revoked sessions alive: a person's sessions
 * are found by an index in the cache, and that index is incomplete, gone, or out of step with what is written.
 */

let databaseUrl: string
let redis: Redis
let detour: Awaited<ReturnType<typeof detourTo>>
let a: Instance
/** Reaches Redis over a detour, on which its writes can be held up. */
let b: Instance
let email: string
let count = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  const { url } = await freshRedis()
  redis = new Redis(url)
  detour = await detourTo(url)
  // These are about what stands in Redis.
  const environment = { DATABASE_URL: databaseUrl, MAX_SESSIONS_PER_USER: '20', NEAR_CACHE_MAX_SESSIONS: '0' }
  ;[a, b] = await Promise.all([
    startInstance({ ...environment, REDIS_URL: url }),
    startInstance({ ...environment, REDIS_URL: detour.url }),
  ])
})

beforeEach(async () => {
  email = `person-${count++}@example.test`
  await createUser(a.services, email)
})

afterAll(async () => {
  await Promise.all([a.close(), b.close()])
  detour.close()
  redis.disconnect()
})

async function signInAndAsk(): Promise<Tokens> {
  const tokens = await client(b.url).signIn(email)
  await ask(tokens)
  return tokens
}

/** Until Redis has a snapshot of the session, which both instances would take. */
async function ask({ accessToken, sessionId }: Tokens): Promise<void> {
  await expect
    .poll(async () => {
      expect(await statuses(accessToken)).toEqual([204, 204])
      return await redis.exists(`session:{${sessionId}}`)
    })
    .toBe(1)
}

async function statuses(accessToken: string): Promise<number[]> {
  const answers = await Promise.all([a, b].map(({ url }) => client(url).verify(accessToken)))
  return answers.map(({ status }) => status)
}

function revokeAll(by: Tokens, scope: 'others' | 'all' = 'others') {
  return client(a.url).call('DELETE', `/v1/sessions?scope=${scope}`, { token: by.accessToken })
}

/** Neither its access token nor its refresh token is good for anything, on whichever instance. */
async function expectEnded({ accessToken, refreshToken }: Tokens): Promise<void> {
  for (const { url } of [a, b]) {
    const { verify, refresh } = client(url)
    expect((await verify(accessToken)).body['code']).toBe('session_revoked')
    expect((await refresh(refreshToken)).body['code']).toBe('session_revoked')
  }
}

/** Holds what `lock` locks, until it is released; meanwhile others come to wait for it. */
async function hold(lock: string, values: unknown[] = []) {
  const holder = new pg.Client({ connectionString: databaseUrl })
  await holder.connect()
  onTestFinished(() => holder.end())
  await holder.query('BEGIN')
  await holder.query(lock, values)
  return {
    query: holder.query.bind(holder),
    /** Looked at over the connection that holds, which is quick: nobody here waits for a lock for more than 600 ms. */
    async untilWaiting(waiting: number): Promise<void> {
      const waiters = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      const look = async () => {
        // What a transaction has seen of this view, it sees again.
        await holder.query('SELECT pg_stat_clear_snapshot()')
        return (await holder.query(waiters)).rowCount
      }
      await expect.poll(look, { interval: 5 }).toBe(waiting)
    },
    release: () => holder.query('COMMIT'),
  }
}

describe('an index that has lost entries', () => {
  it('hides no session from “sign out everywhere else”: it ends every one, also those that Redis has lost', async () => {
    const here = await signInAndAsk()
    const others: Tokens[] = []
    for (let device = 0; device < 6; device++) others.push(await signInAndAsk())
    const lost = await loseHalf(redis)
    expect(lost.size).toBeGreaterThan(2)

    const answer = await revokeAll(here)
    expect([answer.status, answer.body]).toEqual([200, { revoked: 6 }])
    // What nobody could delete, because it was not there, is back.
    for (const [key, value] of lost) await redis.set(key, value)
    for (const device of others) await expectEnded(device)
    expect(await statuses(here.accessToken)).toEqual([204, 204])
  })
})

/** Of every two values one is gone, and of every collection half of its members. Returns the values. */
async function loseHalf(redis: Redis): Promise<Map<string, string>> {
  const lost = new Map<string, string>()
  const half = (count: number) => Math.ceil(count / 2)
  for (const [index, key] of (await redis.keys('*')).sort().entries()) {
    const type = await redis.type(key)
    if (type === 'set') await redis.spop(key, half(await redis.scard(key)))
    else if (type === 'zset') await redis.zpopmin(key, half(await redis.zcard(key)))
    else if (type === 'hash')
      await redis.hdel(key, ...(await redis.hkeys(key)).filter((_, at) => at % 2 === 0))
    else if (type === 'string' && index % 2 === 0) lost.set(key, (await redis.getdel(key)) ?? '')
  }
  return lost
}

describe('an index that is missing', () => {
  it('leaves nobody signed in after “sign out everywhere”, though the sessions themselves are cached', async () => {
    const here = await signInAndAsk()
    const devices = [here, await signInAndAsk(), await signInAndAsk()]
    await redis.flushdb()
    // Each session is cached again by the next question about it; nothing that leads from the person to it is.
    for (const device of devices) await ask(device)

    expect((await revokeAll(here, 'all')).body).toEqual({ revoked: 3 })
    for (const device of devices) await expectEnded(device)
  })
})

describe('a refresh in flight', () => {
  it('brings no session back by writing its snapshot after the revocation has deleted it', async () => {
    const [here, other] = [await signInAndAsk(), await signInAndAsk()]
    detour.holdWrites()
    const refreshed = tokensOf(await client(b.url).refresh(other.refreshToken))
    expect(detour.held()).toBeGreaterThan(0)
    const answer = await revokeAll(here)
    expect(answer.body).toEqual({ revoked: 1 })
    // The mark is lost as well, so that nothing in Redis speaks against what is now written.
    await redis.flushdb()
    detour.release()
    await expect.poll(() => redis.exists(`session:{${other.sessionId}}`)).toBe(1)
    await expectEnded(refreshed)
    await expectEnded(other)
  })

  it('that has read its session before the revocation commits, and would write behind it, is refused', async () => {
    const [here, other] = [await signInAndAsk(), await signInAndAsk()]
    const row = await hold('SELECT FROM user_sessions WHERE id = $1 FOR UPDATE', [other.sessionId])
    const revoking = revokeAll(here)
    await row.untilWaiting(1)
    const refreshing = client(b.url).refresh(other.refreshToken)
    await row.untilWaiting(2)
    await row.release()
    expect((await revoking).body).toEqual({ revoked: 1 })
    expect((await refreshing).body['code']).toBe('session_revoked')
    await expectEnded(other)
  })

  it('that was first gives a pair that ends with the revocation behind it', async () => {
    const [here, other] = [await signInAndAsk(), await signInAndAsk()]
    const row = await hold('SELECT FROM user_sessions WHERE id = $1 FOR UPDATE', [other.sessionId])
    const refreshing = client(b.url).refresh(other.refreshToken)
    await row.untilWaiting(1)
    const revoking = revokeAll(here)
    await row.untilWaiting(2)
    await row.release()
    const refreshed = tokensOf(await refreshing)
    expect((await revoking).body).toEqual({ revoked: 1 })
    await expectEnded(refreshed)
  })
})

describe('activity that was noted before a revocation', () => {
  it('brings nothing back when it is written down behind it', async () => {
    const [here, other] = [await signInAndAsk(), await signInAndAsk()]
    const lastActivity = () =>
      query(databaseUrl, 'SELECT last_activity_at, revoked_reason FROM user_sessions WHERE id = $1', [
        other.sessionId,
      ])
    await query(databaseUrl, `UPDATE user_sessions SET last_activity_at = now() - interval '1 hour'`)
    await redis.flushdb()
    await ask(other)
    expect((await revokeAll(here)).body).toEqual({ revoked: 1 })
    const before = await lastActivity()
    for (const instance of [a, b]) await instance.services.activity.flush()
    expect(await lastActivity()).toEqual(before)
    expect(before).toMatchObject([{ revoked_reason: 'others' }])
    await expectEnded(other)
  })
})

describe('a sign-in that races “sign out everywhere else”', () => {
  it('is waited for when it has begun, and ends with the others: no session slips between', async () => {
    const here = await signInAndAsk()
    // The sign-in has written its session, and cannot commit yet.
    const events = await hold('LOCK TABLE security_events IN SHARE MODE')
    const signingIn = client(b.url).signIn(email)
    await events.untilWaiting(1)
    const revoking = revokeAll(here)
    await events.untilWaiting(2)
    await events.release()
    const other = await signingIn
    expect((await revoking).body).toEqual({ revoked: 1 })
    await expectEnded(other)
    expect(await client(a.url).sessions(here.accessToken)).toHaveLength(1)
  })

  it('opens nothing with a password that was changed after it had been checked', async () => {
    const replacement = await createPasswords(createClock()).hash('another good password')
    const user = await hold('SELECT FROM users WHERE email = $1 FOR UPDATE', [email])
    const signingIn = client(b.url).call('POST', '/v1/auth/login', {
      body: { email, password: goodPassword },
    })
    await user.untilWaiting(1)
    await user.query('UPDATE users SET password_hash = $2 WHERE email = $1', [email, replacement])
    await user.release()
    expect((await signingIn).body['code']).toBe('invalid_credentials')
    const sessions = 'SELECT FROM user_sessions JOIN users ON users.id = user_id WHERE email = $1'
    expect(await query(databaseUrl, sessions, [email])).toHaveLength(0)
  })
})
