import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, type Tokens, tokensOf } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

let databaseUrl: string
let a: Instance
let b: Instance
let c: Instance
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  const environment = { DATABASE_URL: databaseUrl, REDIS_URL: (await freshRedis()).url }
  ;[a, b, c] = await Promise.all([
    startInstance(environment),
    startInstance(environment),
    startInstance(environment),
  ])
})

afterAll(async () => {
  await Promise.all([a.close(), b.close(), c.close()])
})

async function signIn(): Promise<Tokens> {
  const email = `rotation-${users++}@example.test`
  await createUser(a.services, email)
  return await client(a.url).signIn(email)
}

async function row(sessionId: string) {
  const [found] = await query<{ rotation: number; revoked_reason: string | null; live: boolean }>(
    databaseUrl,
    'SELECT rotation, revoked_reason, revoked_at IS NULL AS live FROM user_sessions WHERE id = $1',
    [sessionId],
  )
  return found
}

async function events(sessionId: string) {
  return await query<{ type: string; details: Record<string, unknown> }>(
    databaseUrl,
    'SELECT type, details FROM security_events WHERE session_id = $1 ORDER BY created_at',
    [sessionId],
  )
}

describe('rotation', () => {
  it('gives 100 parallel refreshes over three instances one generation and the very same pair', async () => {
    for (let round = 0; round < 3; round++) {
      const tokens = await signIn()
      const instances = Array.from({ length: 34 }, () => [a, b, c]).flat()
      const answers = await Promise.all(
        instances.slice(0, 100).map(({ url }) => client(url).refresh(tokens.refreshToken)),
      )
      expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([200]))
      const pairs = answers.map(answer => `${answer.body['accessToken']} ${answer.body['refreshToken']}`)
      expect(new Set(pairs).size).toBe(1)
      expect(await row(tokens.sessionId)).toEqual({ rotation: 1, revoked_reason: null, live: true })
      const next = await client(b.url).refresh(tokensOf(answers[0] ?? fail()).refreshToken)
      expect(next.status).toBe(200)
    }
  })

  it('answers a lost response that is retried with the same pair, with the lifetimes that are left', async () => {
    const tokens = await signIn()
    const first = await client(a.url).refresh(tokens.refreshToken)
    await new Promise(resolve => setTimeout(resolve, 1_200))
    const again = await client(b.url).refresh(tokens.refreshToken)
    expect(tokensOf(again)).toMatchObject({
      accessToken: first.body['accessToken'],
      refreshToken: first.body['refreshToken'],
    })
    expect(again.body['expiresIn']).toBeLessThan(Number(first.body['expiresIn']))
  })

  it('works on with the token that the replay gave, and with the access token of before for the grace', async () => {
    const tokens = await signIn()
    const child = tokensOf(await client(a.url).refresh(tokens.refreshToken))
    expect((await client(b.url).verify(tokens.accessToken)).status).toBe(204)
    expect((await client(b.url).verify(child.accessToken)).status).toBe(204)
    const grandchild = tokensOf(await client(b.url).refresh(child.refreshToken))
    expect((await client(a.url).verify(grandchild.accessToken)).status).toBe(204)
    const stale = await client(a.url).verify(tokens.accessToken)
    expect([stale.status, stale.body['code']]).toEqual([401, 'access_token_invalid'])
  })

  it('ends only its own session when a token two generations back is presented, even within the grace', async () => {
    const email = `thief-${users++}@example.test`
    await createUser(a.services, email)
    const stolen = await client(a.url).signIn(email, { userAgent: 'owner' })
    const other = await client(a.url).signIn(email)
    const child = tokensOf(await client(a.url).refresh(stolen.refreshToken))
    const grandchild = tokensOf(await client(a.url).refresh(child.refreshToken))
    const theft = await client(b.url).refresh(stolen.refreshToken)
    expect([theft.status, theft.body['code']]).toEqual([401, 'refresh_token_reused'])
    const after = await client(b.url).refresh(grandchild.refreshToken)
    expect([after.status, after.body['code'], after.body['reason']]).toEqual([
      401,
      'session_revoked',
      'refresh_reused',
    ])
    expect((await client(b.url).verify(grandchild.accessToken)).body['code']).toBe('session_revoked')
    expect((await client(b.url).verify(other.accessToken)).status).toBe(204)
    const [reuse] = (await events(stolen.sessionId)).filter(event => event.type === 'refresh_reused')
    expect(reuse?.details).toMatchObject({
      presentedGeneration: 0,
      currentGeneration: 2,
      signedInFrom: { userAgent: 'owner', ipAddress: '127.0.0.1' },
    })
  })

  it('finds reuse in the predecessor once the grace is over', async () => {
    const tokens = await signIn()
    const child = tokensOf(await client(a.url).refresh(tokens.refreshToken))
    await query(
      databaseUrl,
      `UPDATE user_sessions SET rotated_at = rotated_at - interval '1 hour' WHERE id = $1`,
      [tokens.sessionId],
    )
    const late = await client(b.url).refresh(tokens.refreshToken)
    expect([late.status, late.body['code']]).toEqual([401, 'refresh_token_reused'])
    expect((await client(a.url).refresh(child.refreshToken)).body['code']).toBe('session_revoked')
  })

  it('never extends a session: no rotation moves its absolute limit', async () => {
    const tokens = await signIn()
    const limit = () =>
      query<{ expires_at: Date }>(databaseUrl, 'SELECT expires_at FROM user_sessions WHERE id = $1', [
        tokens.sessionId,
      ])
    const before = await limit()
    await client(a.url).refresh(tokens.refreshToken)
    expect(await limit()).toEqual(before)
  })

  it('replays nothing once the session is revoked', async () => {
    const tokens = await signIn()
    const child = tokensOf(await client(a.url).refresh(tokens.refreshToken))
    await client(a.url).call('POST', '/v1/auth/logout', { token: child.accessToken })
    const replay = await client(b.url).refresh(tokens.refreshToken)
    expect([replay.status, replay.body['code']]).toEqual([401, 'session_revoked'])
    const [sealed] = await query<{ successor_sealed: Buffer | null }>(
      databaseUrl,
      'SELECT successor_sealed FROM user_sessions WHERE id = $1',
      [tokens.sessionId],
    )
    expect(sealed?.successor_sealed).toBeNull()
  })

  it('goes on from a token that is newer than the row, and records that the database was rewound', async () => {
    const tokens = await signIn()
    const kept = await query<Record<string, unknown>>(
      databaseUrl,
      'SELECT access_token_hash, refresh_token_hash, rotated_at FROM user_sessions WHERE id = $1',
      [tokens.sessionId],
    )
    const child = tokensOf(await client(a.url).refresh(tokens.refreshToken))
    await query(
      databaseUrl,
      `UPDATE user_sessions SET rotation = 0, access_token_hash = $2, refresh_token_hash = $3, rotated_at = $4,
         previous_access_token_hash = NULL, previous_refresh_token_hash = NULL, successor_sealed = NULL
       WHERE id = $1`,
      [
        tokens.sessionId,
        kept[0]?.['access_token_hash'],
        kept[0]?.['refresh_token_hash'],
        kept[0]?.['rotated_at'],
      ],
    )
    const onward = tokensOf(await client(b.url).refresh(child.refreshToken))
    expect((await client(a.url).verify(onward.accessToken)).status).toBe(204)
    expect(tokensOf(await client(a.url).refresh(child.refreshToken)).refreshToken).toBe(onward.refreshToken)
    expect(await row(tokens.sessionId)).toEqual({ rotation: 2, revoked_reason: null, live: true })
    expect((await events(tokens.sessionId)).map(event => event.type)).toContain('database_rewound')
  })

  it('revokes again, instead of going on, what was revoked before the rewind', async () => {
    const tokens = await signIn()
    const child = tokensOf(await client(a.url).refresh(tokens.refreshToken))
    await client(a.url).call('POST', '/v1/auth/logout', { token: child.accessToken })
    await query(
      databaseUrl,
      `UPDATE user_sessions SET rotation = 0, revoked_at = NULL, revoked_reason = NULL WHERE id = $1`,
      [tokens.sessionId],
    )
    const onward = await client(b.url).refresh(child.refreshToken)
    expect([onward.status, onward.body['code']]).toEqual([401, 'session_revoked'])
    expect(await row(tokens.sessionId)).toMatchObject({ live: false, revoked_reason: 'logout' })
  })

  it('refuses a token that was altered, and does not touch the session', async () => {
    const tokens = await signIn()
    for (const at of [4, 6, 30, 60, 100]) {
      const other = tokens.refreshToken[at] === 'A' ? 'B' : 'A'
      const altered = tokens.refreshToken.slice(0, at) + other + tokens.refreshToken.slice(at + 1)
      const answer = await client(a.url).refresh(altered)
      expect([answer.status, answer.body['code']]).toEqual([401, 'refresh_token_invalid'])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    }
    expect(await row(tokens.sessionId)).toEqual({ rotation: 0, revoked_reason: null, live: true })
  })
})

function fail(): never {
  throw new Error('no answer')
}
