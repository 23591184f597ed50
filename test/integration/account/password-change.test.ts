import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import { startProxy } from '../../fault/proxy.ts'
import { type Answer, client, type Tokens, tokensOf } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { detourTo } from '../../support/detour.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const newPassword = 'another walnut harbour'

let databaseUrl: string
let redisUrl: string
let redis: Redis
let detour: Awaited<ReturnType<typeof detourTo>>
let a: Instance
/** Reaches Redis over a detour, on which its writes can be held up. */
let b: Instance
let serviceKey: string
let email: string
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  redisUrl = (await freshRedis()).url
  redis = new Redis(redisUrl)
  detour = await detourTo(redisUrl)
  ;[a, b] = await Promise.all([
    startInstance({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }),
    startInstance({ DATABASE_URL: databaseUrl, REDIS_URL: detour.url }),
  ])
  const scopes = ['introspect', 'revoke'] as const
  serviceKey = (await a.services.serviceKeys.create({ name: 'test', scopes }, byCli)).key
})

beforeEach(async () => {
  email = `changes-${users++}@example.test`
  await createUser(a.services, email)
})

afterAll(async () => {
  await Promise.all([a.close(), b.close()])
  detour.close()
  redis.disconnect()
})

const everywhere = () => [a, b].map(({ url }) => client(url))

/** Until both instances have said yes, and keep what they said it by. */
async function signInAndAsk(password = goodPassword): Promise<Tokens> {
  const tokens = await client(a.url).signIn(email, { password })
  for (const { verify } of [...everywhere(), ...everywhere()]) {
    expect((await verify(tokens.accessToken)).status).toBe(204)
  }
  return tokens
}

function changePassword(accessToken: string, from = goodPassword, to = newPassword): Promise<Answer> {
  return client(a.url).call('POST', '/v1/auth/password', {
    token: accessToken,
    body: { currentPassword: from, newPassword: to },
  })
}

const told = ({ status, body }: Answer) => [status, body['code']]

async function introspected(token: string) {
  const answers = await Promise.all(
    everywhere().map(({ call }) => call('POST', '/v1/introspect', { form: { token }, token: serviceKey })),
  )
  return answers.map(({ body }) => body['active'])
}

async function expectNoAccess({ accessToken, refreshToken }: Tokens): Promise<void> {
  for (const { call, verify, refresh } of everywhere()) {
    expect(told(await verify(accessToken))).toEqual([401, 'access_token_invalid'])
    const listed = await call('GET', '/v1/sessions', { token: accessToken })
    expect(told(listed)).toEqual([401, 'access_token_invalid'])
    expect(told(await refresh(refreshToken))).toEqual([401, 'refresh_token_invalid'])
  }
  expect(await introspected(accessToken)).toEqual([false, false])
  expect(await introspected(refreshToken)).toEqual([false, false])
}

async function expectAccess({ accessToken, refreshToken }: Tokens): Promise<void> {
  for (const { verify } of everywhere()) expect((await verify(accessToken)).status).toBe(204)
  expect(await introspected(refreshToken)).toEqual([true, true])
}

async function reuseEvents({ sessionId }: Tokens) {
  const events = await query<{ details: Record<string, unknown> }>(
    databaseUrl,
    `SELECT details FROM security_events WHERE session_id = $1 AND type = 'refresh_reused'`,
    [sessionId],
  )
  return events.map(({ details }) => details)
}

describe('once a password change is answered', () => {
  it('nothing that was issued before it gives access on any instance, and the new pair does', async () => {
    const passwords = [goodPassword, newPassword]
    for (let round = 0; round < 4; round++) {
      const [from = '', to = ''] = passwords
      const tokens = await signInAndAsk(from)
      const changed = tokensOf(await changePassword(tokens.accessToken, from, to))
      expect(changed.sessionId).toBe(tokens.sessionId)
      await expectNoAccess(tokens)
      await expectAccess(changed)
      passwords.reverse()
    }
  })

  it('the access token of before the last refresh is refused as well, within its grace', async () => {
    const tokens = await signInAndAsk()
    const refreshed = tokensOf(await client(b.url).refresh(tokens.refreshToken))
    for (const { verify } of everywhere()) expect((await verify(tokens.accessToken)).status).toBe(204)
    const changed = tokensOf(await changePassword(refreshed.accessToken))
    await expectNoAccess(tokens)
    await expectNoAccess(refreshed)
    await expectAccess(changed)
  })

  it('a snapshot of before that another instance writes late lets no old token in', async () => {
    detour.holdWrites()
    try {
      const other = await client(b.url).signIn(email)
      expect((await client(b.url).verify(other.accessToken)).status).toBe(204)
      await expect.poll(detour.held).toBeGreaterThan(0)
      const changed = tokensOf(await changePassword(other.accessToken))
      detour.release()
      await expect.poll(() => redis.exists(`session:{${other.sessionId}}`)).toBe(1)
      await expectNoAccess(other)
      await expectAccess(changed)
    } finally {
      detour.release()
    }
  })

  it('an older snapshot that is written after the answer does not serve an instance that is cut off from Postgres', async () => {
    const viaProxy = new URL(databaseUrl)
    const proxy = await startProxy(Number(viaProxy.port))
    viaProxy.port = String(proxy.port)
    const cutOff = await startInstance({ DATABASE_URL: viaProxy.href, REDIS_URL: redisUrl })
    try {
      const other = `changes-${users++}@example.test`
      await createUser(a.services, other)
      const [tokens, control] = [await signInAndAsk(), await client(cutOff.url).signIn(other)]
      const { verify } = client(cutOff.url)
      const isServedByRedis = async () => (await verify(control.accessToken)).status === 204
      expect((await verify(tokens.accessToken)).status).toBe(204)
      expect(await isServedByRedis()).toBe(true)
      const key = `session:{${tokens.sessionId}}`
      const older = (await redis.get(key)) ?? ''
      await proxy.set({ kind: 'refuse' })
      const changed = tokensOf(await changePassword(tokens.accessToken))
      await redis.set(key, older)
      // Else it would refuse everything, and show nothing of the snapshot.
      await expect.poll(isServedByRedis).toBe(true)
      expect(told(await verify(tokens.accessToken))).toEqual([503, 'store_unavailable'])
      expect(await isServedByRedis()).toBe(true)
      await proxy.set({ kind: 'pass' })
      await expect.poll(async () => (await verify(changed.accessToken)).status).toBe(204)
      await redis.set(key, older)
      expect(told(await verify(tokens.accessToken))).toEqual([401, 'access_token_invalid'])
      await expectAccess(changed)
    } finally {
      await cutOff.close()
      await proxy.close()
    }
  })

  it('it does so without Redis, too', async () => {
    const alone = await Promise.all([
      startInstance({ DATABASE_URL: databaseUrl }),
      startInstance({ DATABASE_URL: databaseUrl, NEAR_CACHE_MAX_SESSIONS: '0' }),
    ])
    try {
      const [first, second] = alone.map(({ url }) => client(url))
      if (first === undefined || second === undefined) throw new Error('there are two')
      const tokens = await first.signIn(email)
      for (const { verify } of [first, second, first]) {
        expect((await verify(tokens.accessToken)).status).toBe(204)
      }
      const body = { currentPassword: goodPassword, newPassword }
      const changed = await second.call('POST', '/v1/auth/password', { token: tokens.accessToken, body })
      for (const { verify, refresh } of [first, second]) {
        expect((await verify(tokens.accessToken)).status).toBe(401)
        expect((await refresh(tokens.refreshToken)).status).toBe(401)
        expect((await verify(tokensOf(changed).accessToken)).status).toBe(204)
      }
    } finally {
      await Promise.all(alone.map(instance => instance.close()))
    }
  })

  it('its answer, when it is lost, is found by signing in with the new password', async () => {
    const tokens = await signInAndAsk()
    await changePassword(tokens.accessToken)
    expect(told(await changePassword(tokens.accessToken))).toEqual([401, 'access_token_invalid'])
    expect(told(await client(b.url).refresh(tokens.refreshToken))).toEqual([401, 'refresh_token_invalid'])
    const again = await client(b.url).signIn(email, { password: newPassword })
    await expectAccess(again)
  })
})

describe('a refresh token of before a password change', () => {
  it('is recorded when it comes back, once for each change, and the session goes on', async () => {
    const tokens = await signInAndAsk()
    const spent = tokens.refreshToken
    const current = tokensOf(await client(a.url).refresh(spent))
    const changed = tokensOf(await changePassword(current.accessToken))
    for (const refreshToken of [spent, current.refreshToken, spent]) {
      for (const { refresh } of everywhere()) {
        expect(told(await refresh(refreshToken))).toEqual([401, 'refresh_token_invalid'])
      }
    }
    expect(await reuseEvents(tokens)).toEqual([
      expect.objectContaining({ presentedGeneration: 0, currentGeneration: 2, session: 'goes_on' }),
    ])
    await expectAccess(changed)
    const next = tokensOf(await client(b.url).refresh(changed.refreshToken))
    const changedAgain = tokensOf(await changePassword(next.accessToken, newPassword, goodPassword))
    expect(told(await client(b.url).refresh(spent))).toEqual([401, 'refresh_token_invalid'])
    expect(await reuseEvents(tokens)).toHaveLength(2)
    await expectAccess(changedAgain)
  })

  it.each([1, 2])('still signs its session out, after %d changes', async changes => {
    const tokens = await signInAndAsk()
    const first = tokensOf(await changePassword(tokens.accessToken))
    const last =
      changes === 1 ? first : tokensOf(await changePassword(first.accessToken, newPassword, goodPassword))
    const body = { refreshToken: tokens.refreshToken }
    expect((await client(b.url).call('POST', '/v1/auth/logout', { body })).status).toBe(204)
    for (const { verify } of everywhere()) {
      expect((await verify(last.accessToken)).body['reason']).toBe('logout')
    }
  })

  it('is recorded as spent in the event of its sign-out, like any spent refresh token', async () => {
    const presentedAt = async (sessionId: string) => {
      const [event] = await query<{ details: Record<string, unknown> }>(
        databaseUrl,
        `SELECT details FROM security_events WHERE session_id = $1 AND type = 'session_revoked'`,
        [sessionId],
      )
      return event?.details
    }
    const signOutWith = (refreshToken: string) =>
      client(b.url).call('POST', '/v1/auth/logout', { body: { refreshToken } })
    const [first, second, third] = [await signInAndAsk(), await signInAndAsk(), await signInAndAsk()]
    const current = tokensOf(await client(a.url).refresh(first.refreshToken))
    expect((await signOutWith(current.refreshToken)).status).toBe(204)
    expect(await presentedAt(first.sessionId)).toEqual({ reason: 'logout' })
    await client(a.url).refresh(second.refreshToken)
    expect((await signOutWith(second.refreshToken)).status).toBe(204)
    expect(await presentedAt(second.sessionId)).toEqual({
      reason: 'logout',
      presented: 'spent_refresh_token',
    })
    await changePassword(third.accessToken)
    expect((await signOutWith(third.refreshToken)).status).toBe(204)
    expect(await presentedAt(third.sessionId)).toEqual({ reason: 'logout', presented: 'spent_refresh_token' })
  })

  it('still ends its session by token revocation, and so does an access token', async () => {
    for (const name of ['refreshToken', 'accessToken'] as const) {
      const tokens = await signInAndAsk()
      const changed = tokensOf(await changePassword(tokens.accessToken))
      const form = { token: tokens[name] }
      const answer = await client(b.url).call('POST', '/v1/revoke', { form, token: serviceKey })
      expect(answer.status).toBe(200)
      for (const { verify } of everywhere()) {
        expect((await verify(changed.accessToken)).body['reason']).toBe('token_revoked')
      }
      await createUser(a.services, `next-${name}-${email}`)
      email = `next-${name}-${email}`
    }
  })

  it('is made by nobody who has the secret alone: of a family that the session never had it is unknown', async () => {
    const tokens = await signInAndAsk()
    const other = await client(a.url).signIn(email)
    await changePassword(tokens.accessToken)
    await query(databaseUrl, 'UPDATE user_sessions SET former_family_hashes = NULL WHERE id = $1', [
      tokens.sessionId,
    ])
    expect(told(await client(a.url).refresh(tokens.refreshToken))).toEqual([401, 'refresh_token_invalid'])
    expect(await reuseEvents(tokens)).toEqual([])
    const body = { refreshToken: tokens.refreshToken }
    const signOut = await client(a.url).call('POST', '/v1/auth/logout', { body })
    expect(told(signOut)).toEqual([401, 'refresh_token_invalid'])
    expect((await client(b.url).verify(other.accessToken)).body['reason']).toBe('password_changed')
  })
})
