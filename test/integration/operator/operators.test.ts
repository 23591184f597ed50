import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import { type Answer, client, type Tokens, tokensOf } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import {
  createUser,
  type Environment,
  goodPassword,
  type Instance,
  startInstance,
} from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const unknownId = '0198c0de-0000-7000-8000-000000000000'

let databaseUrl: string
let environment: Environment
let a: Instance
let b: Instance
let operator: { id: string; token: string; sessionId: string }
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: (await freshRedis()).url,
    TRUST_PROXY: '127.0.0.1',
    MAX_SESSIONS_PER_USER: '50',
  }
  ;[a, b] = await Promise.all([startInstance(environment), startInstance(environment)])
})

afterAll(async () => {
  await Promise.all([a.close(), b.close()])
})

const sql = <Row extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) =>
  query<Row>(databaseUrl, text, values)

async function newUser(options: { roles?: string[]; email?: string } = {}) {
  const { email = `operators-${users++}@example.test`, roles = [] } = options
  return { id: await createUser(a.services, email, { roles }), email }
}

/** A new operator: the one before may have been signed out. */
async function signInOperator(): Promise<void> {
  const { id, email } = await newUser({ roles: ['admin'] })
  const { accessToken, sessionId } = await client(a.url).signIn(email)
  operator = { id, token: accessToken, sessionId }
}

/** A session that both instances have verified, so that each may have a snapshot of it. */
async function signIn(email: string, options: { clientType?: string; from?: string } = {}): Promise<Tokens> {
  const { clientType = 'web', from = '192.0.2.1' } = options
  const answer = await client(a.url).call('POST', '/v1/auth/login', {
    headers: { 'x-forwarded-for': from },
    body: { email, password: goodPassword, clientType },
  })
  const tokens = tokensOf(answer)
  for (const { url } of [a, b]) expect((await client(url).verify(tokens.accessToken)).status).toBe(204)
  return tokens
}

const get = (path: string, at = a) => client(at.url).call('GET', path, { token: operator.token })
const post = (path: string, body?: unknown, at = a) =>
  client(at.url).call('POST', path, { token: operator.token, ...(body === undefined ? {} : { body }) })

const codeOf = ({ status, body }: Answer) => [status, body['code']]

async function verdicts({ accessToken }: Tokens): Promise<unknown[]> {
  const answers = await Promise.all([a, b].map(({ url }) => client(url).verify(accessToken)))
  return answers.map(({ status, body }) => (status === 204 ? 204 : body['reason']))
}

function listed(answer: Answer, field: string): Record<string, unknown>[] {
  const entries = answer.body[field]
  if (!Array.isArray(entries)) throw new Error(`expected ${field}, got ${JSON.stringify(answer.body)}`)
  return entries
}

/** Every entry of a list, page by page. */
async function walk(path: string, field: string, limit: number): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = []
  let cursor = ''
  do {
    const page = await get(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor}`)
    all.push(...listed(page, field))
    const { nextCursor } = page.body
    cursor = typeof nextCursor === 'string' ? `&cursor=${nextCursor}` : ''
  } while (cursor !== '' && all.length < 1_000)
  return all
}

describe('operators find users', () => {
  beforeAll(signInOperator)

  it('by the beginning of the address, without regard to case, in its order', async () => {
    for (const name of ['Zoe.B', 'zoe.a', 'zoe_x', 'zoexx', 'ZOE%y'])
      await newUser({ email: `${name}@find.test` })
    const emails = async (prefix: string) =>
      listed(await get(`/v1/admin/users?email=${encodeURIComponent(prefix)}`), 'users').map(
        user => user['email'],
      )
    expect(await emails('zoe')).toEqual([
      'ZOE%y@find.test',
      'zoe.a@find.test',
      'Zoe.B@find.test',
      'zoe_x@find.test',
      'zoexx@find.test',
    ])
    expect(await emails('ZOE.')).toEqual(['zoe.a@find.test', 'Zoe.B@find.test'])
    expect(await emails('zoe_')).toEqual(['zoe_x@find.test'])
    expect(await emails('zoe%')).toEqual(['ZOE%y@find.test'])
    expect(await emails('zoe\\')).toEqual([])
    expect(await emails('nobody-begins-so')).toEqual([])
  })

  it('page by page, each once', async () => {
    for (let count = 0; count < 7; count++) await newUser({ email: `page-${count}@pages.test` })
    for (const limit of [1, 3, 7, 8]) {
      const found = await walk('/v1/admin/users?email=page-', 'users', limit)
      expect(found.map(user => user['email'])).toEqual(
        Array.from({ length: 7 }, (_, count) => `page-${count}@pages.test`),
      )
    }
    const everybody = await walk('/v1/admin/users', 'users', 5)
    const [row] = await sql<{ count: number }>('SELECT count(*)::int AS count FROM users')
    expect(everybody).toHaveLength(row?.count ?? 0)
  })

  it('with what is known of each, and nothing of the password', async () => {
    const { id, email } = await newUser({ roles: ['agent', 'customer'] })
    await a.services.accounts.disable(id, byCli)
    const expected = {
      id,
      email,
      roles: ['agent', 'customer'],
      disabled: true,
      disabledAt: expect.stringMatching(instant),
      lockedUntil: null,
      lastSignInAt: null,
      createdAt: expect.stringMatching(instant),
    }
    const answer = await get(`/v1/admin/users/${id}`)
    expect([answer.status, answer.body]).toEqual([200, expected])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(listed(await get(`/v1/admin/users?email=${email}`), 'users')).toEqual([expected])
    expect(codeOf(await get(`/v1/admin/users/${unknownId}`))).toEqual([404, 'not_found'])
  })

  it('are shown with the lock that failed attempts have caused, and with their last sign-in', async () => {
    const { id, email } = await newUser()
    const other = await newUser()
    await client(a.url).signIn(other.email)
    const session = await client(a.url).signIn(email)
    const body = { email, password: 'not the password' }
    // A busy machine may not count every attempt.
    await expect
      .poll(async () => (await client(a.url).call('POST', '/v1/auth/login', { body })).status)
      .toBe(429)
    const locked = (await get(`/v1/admin/users/${id}`)).body
    expect(locked).toMatchObject({ disabledAt: null, lockedUntil: expect.stringMatching(instant) })
    const [own] = listed(await get(`/v1/admin/users/${id}/sessions`), 'sessions')
    expect(own?.['id']).toBe(session.sessionId)
    expect(locked['lastSignInAt']).toBe(own?.['createdAt'])
    expect((await get(`/v1/admin/users/${other.id}`)).body).toMatchObject({ lockedUntil: null })
    await a.services.accounts.unlock(id, byCli)
    expect((await get(`/v1/admin/users/${id}`)).body).toMatchObject({ lockedUntil: null })
  })

  it('and are told of a cursor that is none', async () => {
    for (const cursor of ['x', 'AAAA', Buffer.from('a@b\0').toString('base64url'), 'a@b']) {
      const answer = await get(`/v1/admin/users?cursor=${encodeURIComponent(cursor)}`)
      expect(codeOf(answer)).toEqual([400, 'validation_failed'])
    }
  })
})

describe('operators see the sessions of a user', () => {
  let owner: { id: string; email: string }
  let live: Tokens
  let revoked: Tokens
  let expired: Tokens

  beforeAll(async () => {
    await signInOperator()
    owner = await newUser()
    ;[live, revoked, expired] = [
      await signIn(owner.email, { clientType: 'mobile' }),
      await signIn(owner.email),
      await signIn(owner.email),
    ]
    await client(a.url).call('POST', '/v1/auth/logout', { token: revoked.accessToken })
    await sql('UPDATE user_sessions SET last_activity_at = created_at - $2::interval WHERE id = $1', [
      expired.sessionId,
      '8 days',
    ])
  })

  it('that are live, as the user does', async () => {
    const sessions = listed(await get(`/v1/admin/users/${owner.id}/sessions`, b), 'sessions')
    const [own] = await client(a.url).sessions(live.accessToken)
    expect(sessions).toEqual([
      { ...own, current: false, state: 'live', revokedAt: null, revokedReason: null },
    ])
  })

  it('or all that are on record, with how each has ended', async () => {
    const sessions = listed(await get(`/v1/admin/users/${owner.id}/sessions?state=all`), 'sessions')
    expect(sessions).toMatchObject([
      { id: expired.sessionId, state: 'expired', revokedAt: null, revokedReason: null },
      {
        id: revoked.sessionId,
        state: 'revoked',
        revokedAt: expect.stringMatching(instant),
        revokedReason: 'logout',
      },
      { id: live.sessionId, state: 'live', revokedAt: null, revokedReason: null },
    ])
  })

  it('page by page, and knows their own among them', async () => {
    const pages = await walk(`/v1/admin/users/${owner.id}/sessions?state=all`, 'sessions', 2)
    expect(pages.map(session => session['id'])).toEqual([
      expired.sessionId,
      revoked.sessionId,
      live.sessionId,
    ])
    const own = listed(await get(`/v1/admin/users/${operator.id}/sessions`), 'sessions')
    expect(own).toMatchObject([{ id: operator.sessionId, current: true }])
  })

  it('also when there is none; a user whom nobody has is not found', async () => {
    const { id } = await newUser()
    expect((await get(`/v1/admin/users/${id}/sessions`)).body).toEqual({ sessions: [] })
    expect(codeOf(await get(`/v1/admin/users/${unknownId}/sessions?state=all`))).toEqual([404, 'not_found'])
    expect(codeOf(await get(`/v1/admin/users/${id}/sessions?state=dead`))).toEqual([400, 'validation_failed'])
  })
})

describe('operators revoke', () => {
  const reason = 'a test of revoking'
  const revoke = (strategy: string, value?: string, more: object = {}) =>
    post('/v1/admin/revocations', { strategy, ...(value === undefined ? {} : { value }), reason, ...more })

  /** As the answer, and as what is asked later, must have it. */
  async function expectCompleted(answer: Answer, strategy: string, count: number): Promise<void> {
    const run = {
      id: expect.any(String),
      strategy,
      matched: count,
      revoked: count,
      completedAt: expect.stringMatching(instant),
    }
    expect([answer.status, answer.body]).toEqual([201, run])
    const later = () => get(`/v1/admin/revocations/${answer.body['id']}`, b)
    await expect.poll(async () => (await later()).body).toEqual({ ...answer.body, propagated: true })
  }

  beforeAll(signInOperator)

  it('one session, on every instance at once', async () => {
    const { email } = await newUser()
    const [target, other] = [await signIn(email), await signIn(email)]
    const answer = await revoke('session', target.sessionId)
    expect([await verdicts(target), await verdicts(other)]).toEqual([
      ['admin', 'admin'],
      [204, 204],
    ])
    await expectCompleted(answer, 'session', 1)
    const again = await revoke('session', target.sessionId)
    expect(again.body).toMatchObject({ matched: 1, revoked: 0, completedAt: expect.any(String) })
    const events = await sql<{ actor: string; ip_address: string; details: unknown }>(
      `SELECT actor, ip_address, details FROM security_events WHERE session_id = $1 AND type = 'session_revoked'`,
      [target.sessionId],
    )
    expect(events).toEqual([
      { actor: operator.id, ip_address: '127.0.0.1', details: { reason: 'admin', note: reason } },
    ])
  })

  it('all sessions of a user, and nobody else’s', async () => {
    const [target, bystander] = [await newUser(), await newUser()]
    const theirs = [await signIn(target.email), await signIn(target.email, { clientType: 'mobile' })]
    const other = await signIn(bystander.email)
    const answer = await revoke('user', target.id)
    for (const tokens of theirs) expect(await verdicts(tokens)).toEqual(['admin', 'admin'])
    expect(await verdicts(other)).toEqual([204, 204])
    await expectCompleted(answer, 'user', 2)
    expect(await verdicts(await signIn(target.email))).toEqual([204, 204])
  })

  it('all sessions of a client type, and none that is opened later', async () => {
    const { email } = await newUser()
    const covered = [
      await signIn(email, { clientType: 'kiosk' }),
      await signIn(email, { clientType: 'kiosk' }),
    ]
    const other = await signIn(email, { clientType: 'field' })
    const answer = await revoke('client_type', 'kiosk')
    for (const tokens of covered) expect(await verdicts(tokens)).toEqual(['bulk', 'bulk'])
    expect(await verdicts(other)).toEqual([204, 204])
    await expectCompleted(answer, 'client_type', 2)
    expect(await verdicts(await signIn(email, { clientType: 'kiosk' }))).toEqual([204, 204])
    const events = await sql<{ actor: string; ip_address: string; severity: string; details: unknown }>(
      `SELECT actor, ip_address, severity, details FROM security_events
       WHERE type = 'bulk_revocation' AND details->>'subject' = 'kiosk'`,
    )
    expect(events).toEqual([
      {
        actor: operator.id,
        ip_address: '127.0.0.1',
        severity: 'warning',
        details: { scope: 'client_type', subject: 'kiosk', issuedBefore: expect.any(String), reason },
      },
    ])
  })

  it.each([
    ['198.51.100.7', ['198.51.100.7'], ['198.51.100.8', '2001:db8::1']],
    ['::ffff:198.51.100.9', ['198.51.100.9'], ['198.51.100.8']],
    ['203.0.113.0/28', ['203.0.113.1', '203.0.113.15'], ['203.0.113.16']],
    ['2001:db8:7::/48', ['2001:db8:7::1', '2001:db8:7:ffff::1'], ['2001:db8:8::1', '203.0.113.16']],
  ])('all sessions that were opened from %s', async (value, inside, outside) => {
    const { email } = await newUser()
    const [covered, others] = await Promise.all(
      [inside, outside].map(addresses => Promise.all(addresses.map(from => signIn(email, { from })))),
    )
    const answer = await revoke('ip', value)
    for (const tokens of covered ?? []) expect(await verdicts(tokens)).toEqual(['bulk', 'bulk'])
    for (const tokens of others ?? []) expect(await verdicts(tokens)).toEqual([204, 204])
    await expectCompleted(answer, 'ip', inside.length)
  })

  it('all sessions that were opened before a time, which is not in the future', async () => {
    const { email } = await newUser()
    const [signedIn, young] = [await signIn(email), await signIn(email)]
    await sql(`UPDATE user_sessions SET created_at = created_at - interval '3 hours' WHERE id = $1`, [
      signedIn.sessionId,
    ])
    // When a session was opened never changes, so instances remember it; a refresh reads it anew.
    const old = tokensOf(await client(a.url).refresh(signedIn.refreshToken))
    const at = (ms: number) => new Date(Date.now() + ms).toISOString()
    expect(codeOf(await revoke('issued_before', at(60_000)))).toEqual([400, 'validation_failed'])
    const answer = await revoke('issued_before', at(-7_200_000))
    expect(await verdicts(old)).toEqual(['bulk', 'bulk'])
    expect(await verdicts(young)).toEqual([204, 204])
    await expectCompleted(answer, 'issued_before', 1)
  })

  it('everything only when they say that they mean it, themselves included', async () => {
    const tokens = await signIn((await newUser()).email)
    for (const body of [{}, { value: 'all' }]) {
      const answer = await post('/v1/admin/revocations', { strategy: 'all', reason, ...body })
      expect(codeOf(answer)).toEqual([400, 'confirmation_required'])
    }
    expect(codeOf(await revoke('all', undefined, { confirm: 'yes' }))).toEqual([400, 'validation_failed'])
    expect(codeOf(await revoke('all', 'all', { confirm: 'all' }))).toEqual([400, 'validation_failed'])
    expect(await verdicts(tokens)).toEqual([204, 204])
    const [live] = await sql<{ count: number }>(
      'SELECT count(*)::int AS count FROM user_sessions WHERE revoked_at IS NULL',
    )
    const answer = await revoke('all', undefined, { confirm: 'all' })
    expect(await verdicts(tokens)).toEqual(['bulk', 'bulk'])
    expect(codeOf(await get('/v1/admin/stats'))).toEqual([401, 'session_revoked'])
    await signInOperator()
    await expectCompleted(answer, 'all', live?.count ?? 0)
  })

  it.each([
    ['session', 'not-an-id', '/value', /UUID of a session/],
    ['user', 'not-an-id', '/value', /UUID of a user/],
    ['user', undefined, '/value', /required/],
    ['client_type', 'kiosks', '/value', /must be one of web, portal, mobile, workstation, field, kiosk/],
    ['ip', '198.51.100.0/33', '/value', /an address, or a network/],
    ['ip', '198.51.100', '/value', /an address, or a network/],
    ['ip', 'fe80::1%eth0', '/value', /an address, or a network/],
    ['issued_before', 'yesterday', '/value', /must be a time/],
    ['issued_before', '0000-01-01T00:00:00Z', '/value', /must be a time/],
    ['everything', undefined, '/strategy', /must be one of/],
  ])('not by %s %s', async (strategy, value, path, message) => {
    const before = await sql('SELECT id FROM cutoffs')
    const answer = await revoke(strategy, value)
    expect(codeOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.body['errors']).toEqual([{ path, message: expect.stringMatching(message) }])
    expect(await sql('SELECT id FROM cutoffs')).toEqual(before)
  })

  it('not without a reason, nor with a confirmation of something else', async () => {
    const { id } = await newUser()
    const strategy = { strategy: 'user', value: id }
    for (const body of [strategy, { ...strategy, reason: '' }, { ...strategy, reason: 'two\nlines' }]) {
      expect(codeOf(await post('/v1/admin/revocations', body))).toEqual([400, 'validation_failed'])
    }
    expect(codeOf(await revoke('user', id, { confirm: 'all' }))).toEqual([400, 'validation_failed'])
  })

  it('nothing that is not there', async () => {
    for (const strategy of ['session', 'user']) {
      expect(codeOf(await revoke(strategy, unknownId))).toEqual([404, 'not_found'])
    }
    expect(codeOf(await get(`/v1/admin/revocations/${unknownId}`))).toEqual([404, 'not_found'])
  })

  it('a repeated time like the first: what has ended lately is announced again', async () => {
    const { id, email } = await newUser()
    const { sessionId } = await signIn(email)
    const xid = async () => {
      const rows = await sql<{ xid: string }>('SELECT xid::text FROM revocations WHERE session_id = $1', [
        sessionId,
      ])
      return BigInt(rows[0]?.xid ?? 0)
    }
    expect((await revoke('user', id)).body).toMatchObject({ matched: 1, revoked: 1 })
    const first = await xid()
    expect((await revoke('user', id)).body).toMatchObject({ matched: 0, revoked: 0 })
    expect(await xid()).toBeGreaterThan(first)
  })
})

describe('a bulk revocation of many rows', () => {
  const rows = 12_000

  beforeAll(signInOperator)

  it('is answered once it holds, while its rows are still being marked, and says how far it is', async () => {
    const tokens = await signIn((await newUser()).email, { clientType: 'workstation' })
    await insertSessions(rows, 'workstation')
    const answer = await post('/v1/admin/revocations', {
      strategy: 'client_type',
      value: 'workstation',
      reason: 'many',
    })
    expect(answer.status).toBe(201)
    expect(await verdicts(tokens)).toEqual(['bulk', 'bulk'])
    const id = String(answer.body['id'])
    await expect
      .poll(async () => (await get(`/v1/admin/revocations/${id}`)).body, { interval: 100 })
      .toMatchObject({
        matched: rows + 1,
        revoked: rows + 1,
        propagated: true,
        completedAt: expect.any(String),
      })
    const unmarked = await sql(
      `SELECT id FROM user_sessions WHERE client_type = 'workstation' AND revoked_at IS NULL`,
    )
    expect(unmarked).toEqual([])
  })

  it('is completed by cleanup when its instance stops on the way', async () => {
    await insertSessions(rows, 'portal')
    const passing = await startInstance(environment)
    const revocation = await passing.services.revocations.revoke(
      { strategy: 'client_type', clientType: 'portal' },
      { actor: 'test', origin: { ipAddress: null, userAgent: null }, reason: 'interrupted' },
    )
    await passing.close()
    await expect(revocation?.completed).rejects.toThrow()
    const id = String(revocation?.id)
    const before = (await get(`/v1/admin/revocations/${id}`)).body
    expect(before['completedAt']).toBeNull()
    expect(before['revoked']).toBeLessThan(rows)
    // As if it had been a while ago: cleanup does not take over what may be under way.
    await sql(`UPDATE revocation_runs SET created_at = created_at - interval '1 minute' WHERE id = $1`, [id])
    await a.services.maintenance.cleanUp({ ...byCli, actor: 'test' })
    expect((await get(`/v1/admin/revocations/${id}`)).body['completedAt']).toMatch(instant)
    const unmarked = await sql(
      `SELECT id FROM user_sessions WHERE client_type = 'portal' AND revoked_at IS NULL`,
    )
    expect(unmarked).toEqual([])
  })
})

async function insertSessions(count: number, clientType: string): Promise<void> {
  await sql(
    `INSERT INTO user_sessions (id, user_id, client_type, auth_method, access_token_hash, refresh_token_hash,
       family_hash, rotated_at, created_at, authenticated_at, last_activity_at, refresh_expires_at, expires_at, device_info)
     SELECT gen_random_uuid(), $1, $2, 'password', 'a', 'r', 'f', now(), now(), now(), now(), expires, expires, '{}'
     FROM generate_series(1, $3), (SELECT now() + interval '1 day') AS t (expires)`,
    [randomUUID(), clientType, count],
  )
}

describe('operators clean up', () => {
  it('what has ended, and it is on record who did and from where', async () => {
    await signInOperator()
    const { sessionId } = await signIn((await newUser()).email)
    await sql('UPDATE user_sessions SET expires_at = clock_timestamp() WHERE id = $1', [sessionId])
    const answer = await post('/v1/admin/cleanup')
    expect([answer.status, answer.body]).toEqual([
      200,
      { deletedSessions: 1, deletedEvents: 0, tookMs: expect.any(Number) },
    ])
    const [event] = await sql<{ actor: string }>(
      `SELECT actor, host(ip_address) AS address, user_agent IS NOT NULL AS agent FROM security_events
       WHERE type = 'cleanup_ran' ORDER BY created_at DESC LIMIT 1`,
    )
    expect(event).toEqual({ actor: operator.id, address: '127.0.0.1', agent: true })
  })

  it('is answered before a request may take too long, however much there is, and the next call goes on', async () => {
    await signInOperator()
    await insertSessions(60_000, 'field')
    await sql(`UPDATE user_sessions SET expires_at = now() - interval '1 s' WHERE client_type = 'field'`)
    const ended = () => sql(`SELECT FROM user_sessions WHERE expires_at < now() LIMIT 1`)
    for (let call = 0; (await ended()).length > 0 && call < 100; call++) {
      expect((await post('/v1/admin/cleanup')).status).toBe(200)
    }
    expect(await ended()).toEqual([])
  })
})

describe('operators unlock an account', () => {
  it('and it is on record who did and from where', async () => {
    await signInOperator()
    const { id } = await newUser()
    expect((await post(`/v1/admin/users/${id}/unlock`)).status).toBe(204)
    const events = await sql<{ type: string; actor: string }>(
      `SELECT type, actor, host(ip_address) AS address, user_agent IS NOT NULL AS agent FROM security_events
       WHERE user_id = $1 AND type = 'account_unlocked'`,
      [id],
    )
    // Who, and from where.
    expect(events).toEqual([
      { type: 'account_unlocked', actor: operator.id, address: '127.0.0.1', agent: true },
    ])
    expect(codeOf(await post(`/v1/admin/users/${unknownId}/unlock`))).toEqual([404, 'not_found'])
  })
})

describe('the audit log', () => {
  let person: { id: string; email: string }
  let first: Tokens
  let second: Tokens

  beforeAll(async () => {
    await signInOperator()
    person = await newUser()
    first = await signIn(person.email)
    second = await signIn(person.email)
    await client(a.url).call('DELETE', '/v1/sessions', { token: second.accessToken })
  })

  const types = (events: Record<string, unknown>[]) => events.map(event => event['type'])

  it('is read newest first, with who, which session, from where and what', async () => {
    const events = listed(await get(`/v1/admin/events?userId=${person.id}`, b), 'events')
    expect(types(events)[0]).toBe('session_revoked')
    expect(types(events).at(-1)).toBe('user_created')
    expect(types(events)).toHaveLength(7)
    expect(events[0]).toEqual({
      id: expect.any(String),
      type: 'session_revoked',
      severity: 'info',
      userId: person.id,
      sessionId: first.sessionId,
      actor: person.id,
      ipAddress: '127.0.0.1',
      userAgent: 'node',
      details: { reason: 'others' },
      createdAt: expect.stringMatching(instant),
    })
    const times = events.map(event => String(event['createdAt']))
    expect(times).toEqual(times.toSorted().toReversed())
  })

  it('is read by session, type and time, each by itself and together', async () => {
    const read = async (filter: string) => listed(await get(`/v1/admin/events?${filter}`), 'events')
    expect(types(await read(`sessionId=${second.sessionId}`)).sort()).toEqual([
      'session_created',
      'sign_in_succeeded',
    ])
    const created = await read('type=session_created&limit=100')
    expect(new Set(types(created))).toEqual(new Set(['session_created']))
    expect(created.length).toBeGreaterThan(2)
    const both = await read(`userId=${person.id}&type=session_revoked`)
    expect(both.map(event => event['sessionId'])).toEqual([first.sessionId])
    const [revoked] = both
    const since = String(revoked?.['createdAt'])
    expect(types(await read(`userId=${person.id}&since=${since}`))).toEqual(['session_revoked'])
    expect(await read(`userId=${person.id}&since=2100-01-01T00:00:00Z`)).toEqual([])
    expect(await read(`userId=${unknownId}`)).toEqual([])
  })

  it('is read by severity, and by address or network', async () => {
    const read = async (filter: string) =>
      listed(await get(`/v1/admin/events?userId=${person.id}&${filter}`), 'events')
    const all = await read('limit=100')
    expect(await read('severity=critical')).toEqual([])
    expect(await read('severity=info')).toEqual(all.filter(event => event['severity'] === 'info'))
    expect(await read('severity=info&type=refresh_reused')).toEqual([])
    for (const [network, address] of [
      ['127.0.0.1', '127.0.0.1'],
      ['192.0.2.0/24', '192.0.2.1'],
    ]) {
      const expected = all.filter(event => event['ipAddress'] === address)
      expect(expected.length).toBeGreaterThan(0)
      expect(await read(`ipAddress=${network}`)).toEqual(expected)
    }
    expect(await read('ipAddress=203.0.113.0/24')).toEqual([])
  })

  it.each([
    ['type=no_such_type'],
    ['since=yesterday'],
    ['since=0000-01-01T00:00:00Z'],
    ['since=1990-12-31T23:59:60Z'],
    ['userId=me'],
    ['ipAddress=the-office'],
    ['ipAddress=127.0.0.0/33'],
    ['severity=high'],
    ['cursor=garbage'],
    ['limit=101'],
    ['actor=cli'],
  ])('is not read by %s', async filter => {
    expect(codeOf(await get(`/v1/admin/events?${filter}`))).toEqual([400, 'validation_failed'])
  })

  it('has each event on exactly one page, also where many share a moment and more come meanwhile', async () => {
    const userId = randomUUID()
    await sql(
      `INSERT INTO security_events (id, type, severity, user_id, actor, details, created_at)
       SELECT gen_random_uuid(), 'sign_in_failed', 'warning', $1, 'test', '{}',
         '2026-01-01'::timestamptz + (n / 5) * interval '1 microsecond' FROM generate_series(1, 23) AS n`,
      [userId],
    )
    const expected = await sql<{ id: string }>(
      'SELECT id FROM security_events WHERE user_id = $1 ORDER BY created_at DESC, id DESC',
      [userId],
    )
    for (const limit of [1, 4, 22, 23, 24]) {
      const pages = await walk(`/v1/admin/events?userId=${userId}`, 'events', limit)
      expect(pages.map(event => event['id'])).toEqual(expected.map(row => row.id))
    }
    const { body } = await get(`/v1/admin/events?userId=${userId}&limit=10`)
    await a.services.accounts.unlock(person.id, byCli)
    const rest = await get(`/v1/admin/events?userId=${userId}&limit=100&cursor=${body['nextCursor']}`)
    expect(listed(rest, 'events').map(event => event['id'])).toEqual(expected.slice(10).map(row => row.id))
  })
})
