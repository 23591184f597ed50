import { createPublicKey, verify as verifySignature } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import { type Answer, client, type Tokens, tokensOf } from '../../support/client.ts'
import { query, type SteppableClock, steppableClock } from '../../support/database.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const agents = {
  iphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  windows:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  ipad: 'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  googlebot: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  script: 'my-script',
}

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const unknownId = '0198c0de-0000-7000-8000-000000000000'

type Device = { id: string; current: boolean; createdAt: string; deviceName: string | null }

let databaseUrl: string
let a: Instance
let b: Instance
/** Open to registration, with client types of its own, and without Redis; on its own database. */
let c: Instance
let cDatabaseUrl: string
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  cDatabaseUrl = (await freshDatabase()).url
  const environment = { DATABASE_URL: databaseUrl, REDIS_URL: (await freshRedis()).url }
  const lifetimes = { idleTimeoutSeconds: 3_600, absoluteTimeoutSeconds: 86_400 }
  ;[a, b, c] = await Promise.all([
    startInstance(environment),
    startInstance(environment),
    startInstance({
      DATABASE_URL: cDatabaseUrl,
      REGISTRATION: 'open',
      MAX_SESSIONS_PER_USER: '40',
      SESSION_POLICIES: JSON.stringify({
        web: lifetimes,
        'back-office': { ...lifetimes, roles: ['staff', 'admin'] },
      }),
    }),
  ])
})

afterAll(async () => {
  await Promise.all([a.close(), b.close(), c.close()])
})

/** A new user; the instance's name is left out where it does not matter which. */
async function person(options: { roles?: string[]; on?: Instance } = {}) {
  const email = `person-${users++}@example.test`
  const userId = await patiently(() => createUser((options.on ?? a).services, email, options))
  return { email, userId }
}

type SignInOptions = { userAgent?: string; clientType?: string; password?: string }

function signIn(instance: Instance, email: string, options: SignInOptions = {}): Promise<Tokens> {
  return patiently(() => client(instance.url).signIn(email, options))
}

/** Tries again what a machine that is busy elsewhere has answered with a 503, as a client would. */
async function patiently<T>(work: () => Promise<T>, attempts = 5): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (attempts === 1 || !/\b503\b|did not answer/.test(String(error))) throw error
    await new Promise(resolve => setTimeout(resolve, 300))
    return await patiently(work, attempts - 1)
  }
}

async function list(instance: Instance, token: string, parameters = '') {
  const answer = await client(instance.url).call('GET', `/v1/sessions${parameters}`, { token })
  const { sessions, nextCursor } = answer.body
  if (!Array.isArray(sessions)) throw new Error(`expected sessions, got ${JSON.stringify(answer.body)}`)
  const devices: Device[] = sessions
  return { devices, ids: devices.map(device => device.id), nextCursor, headers: answer.headers }
}

const codeOf = ({ status, body }: Answer) => [status, body['code']]
const revokedFor = (reason: string) => [401, 'session_revoked', reason]

/** How each of the two instances answers for a token. */
async function verdicts(token: string) {
  const answers = await Promise.all([client(a.url).verify(token), client(b.url).verify(token)])
  return answers.map(({ status, body }) => (status === 204 ? 204 : [status, body['code'], body['reason']]))
}

/** All of an answer but what must differ from one to the next. */
function shown({ status, headers, body }: Answer) {
  const { requestId, ...told } = body
  const entries = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
  return { status, told, headers: entries, hasRequestId: typeof requestId === 'string' }
}

/** Moves moments of a session back, as if the time had passed. */
async function age(sessionId: string, column: 'last_activity_at' | 'expires_at', seconds: number) {
  const statement = `UPDATE user_sessions SET ${column} = ${column} - make_interval(secs => $2) WHERE id = $1`
  await query(databaseUrl, statement, [sessionId, seconds])
}

describe('my devices', () => {
  it('are listed newest sign-in first, with what is known of each, and with which one is asking', async () => {
    const { email } = await person()
    const phone = await signIn(a, email, { userAgent: agents.iphone, clientType: 'mobile' })
    const desktop = await signIn(b, email, { userAgent: agents.windows })
    const { devices, nextCursor, headers } = await list(a, desktop.accessToken)
    expect(devices).toEqual([
      {
        id: desktop.sessionId,
        current: true,
        clientType: 'web',
        authMethod: 'password',
        deviceName: null,
        device: { type: 'desktop', os: 'Windows', browser: 'Chrome' },
        ipAddress: '127.0.0.1',
        suspicious: false,
        createdAt: expect.stringMatching(instant),
        lastActivityAt: expect.stringMatching(instant),
        idleExpiresAt: expect.stringMatching(instant),
        expiresAt: expect.stringMatching(instant),
      },
      expect.objectContaining({
        id: phone.sessionId,
        current: false,
        clientType: 'mobile',
        device: { type: 'mobile', os: 'iOS', browser: 'Safari' },
      }),
    ])
    expect(nextCursor).toBeUndefined()
    expect(headers.get('cache-control')).toBe('no-store')
    const fromThePhone = await list(b, phone.accessToken)
    expect(fromThePhone.devices.map(device => device.current)).toEqual([false, true])
  })

  it('end by the limits of their client type', async () => {
    const { email } = await person()
    const kiosk = await signIn(a, email, { clientType: 'kiosk' })
    const { devices } = await list(a, kiosk.accessToken)
    const [device] = devices
    if (device === undefined) throw new Error('no device')
    const { createdAt, lastActivityAt, idleExpiresAt, expiresAt } = Object.fromEntries(
      Object.entries(device).map(([key, value]) => [key, new Date(String(value)).getTime()]),
    )
    expect(Number(idleExpiresAt) - Number(lastActivityAt)).toBe(1_200_000)
    expect(Number(expiresAt) - Number(createdAt)).toBe(86_400_000)
    expect(Math.abs(Number(createdAt) - Date.now())).toBeLessThan(60_000)
  })

  it.each([
    ['ipad', { type: 'tablet', os: 'iOS', browser: 'Safari' }],
    ['googlebot', { type: 'bot', os: null, browser: 'Googlebot' }],
    ['script', { type: 'unknown', os: null }],
  ] as const)('tell of %s what can be told', async (agent, facts) => {
    const { email } = await person()
    const { accessToken } = await signIn(a, email, { userAgent: agents[agent] })
    const { devices } = await list(a, accessToken)
    expect(devices).toMatchObject([{ device: facts }])
  })

  it('have the name that was given at sign-in', async () => {
    const { email } = await person()
    const deviceName = 'Anna’s phone 📱'
    const answer = await client(a.url).call('POST', '/v1/auth/login', {
      body: { email, password: goodPassword, deviceName },
    })
    const { devices } = await list(a, tokensOf(answer).accessToken)
    expect(devices).toMatchObject([{ deviceName }])
  })

  it('are only one’s own, and only those that are live', async () => {
    const { email } = await person()
    const stranger = await signIn(a, (await person()).email)
    const [current, revoked, idle, old] = await Promise.all(Array.from({ length: 4 }, () => signIn(a, email)))
    if (!current || !revoked || !idle || !old) throw new Error('a sign-in is missing')
    await client(a.url).call('DELETE', `/v1/sessions/${revoked.sessionId}`, { token: current.accessToken })
    await age(idle.sessionId, 'last_activity_at', 604_800 + 120)
    await age(old.sessionId, 'expires_at', 2_592_000)
    expect((await list(a, current.accessToken)).ids).toEqual([current.sessionId])
    expect((await list(b, stranger.accessToken)).ids).toEqual([stranger.sessionId])
  })
})

describe('the pages of the list', () => {
  const total = 12
  let owner: { email: string; userId: string }
  let token: string
  let newestFirst: string[]

  beforeAll(async () => {
    owner = await person({ on: c })
    const signedIn: Tokens[] = []
    while (signedIn.length < total) {
      signedIn.push(...(await Promise.all(Array.from({ length: 4 }, () => signIn(c, owner.email)))))
    }
    token = signedIn[0]?.accessToken ?? ''
    // Groups that share a microsecond, or a millisecond, as sign-ins at once may.
    await query(
      cDatabaseUrl,
      `UPDATE user_sessions SET created_at = date_trunc('second', created_at)
         + CASE WHEN place <= 5 THEN interval '1 ms' WHEN place <= 9 THEN place * interval '1 us' ELSE interval '0' END
       FROM (SELECT id, row_number() OVER (ORDER BY random()) AS place FROM user_sessions) AS placed
       WHERE placed.id = user_sessions.id`,
    )
    const rows = await query<{ id: string }>(
      cDatabaseUrl,
      'SELECT id FROM user_sessions WHERE user_id = $1 ORDER BY created_at DESC, id DESC',
      [owner.userId],
    )
    newestFirst = rows.map(row => row.id)
  })

  /** The ids of every page, from the first to the last. */
  async function walk(limit: number, betweenPages = async () => {}): Promise<string[][]> {
    const pages: string[][] = []
    let cursor = ''
    do {
      const { ids, nextCursor } = await list(c, token, `?limit=${limit}${cursor}`)
      pages.push(ids)
      cursor = typeof nextCursor === 'string' ? `&cursor=${nextCursor}` : ''
      await betweenPages()
    } while (cursor !== '' && pages.length <= total)
    return pages
  }

  it('hold every session exactly once and in order, whatever the limit', async () => {
    expect(newestFirst).toHaveLength(total)
    expect((await list(c, token)).ids).toEqual(newestFirst)
    for (let limit = 1; limit <= total + 1; limit++) {
      const pages = await walk(limit)
      expect(pages.flat(), `limit ${limit}`).toEqual(newestFirst)
      expect(pages).toHaveLength(Math.ceil(total / limit))
      expect(pages.slice(0, -1).every(page => page.length === limit)).toBe(true)
    }
  })

  it('stay as they were when somebody signs in between them', async () => {
    let fresh = ''
    const pages = await walk(5, async () => {
      fresh ||= (await signIn(c, owner.email)).sessionId
    })
    expect(pages.flat()).toEqual(newestFirst)
    expect((await list(c, token, '?limit=1')).ids).toEqual([fresh])
    await client(c.url).call('DELETE', `/v1/sessions/${fresh}`, { token })
  })

  it('lose nothing but a session that is revoked between them', async () => {
    const fresh = await signIn(c, owner.email)
    const { nextCursor } = await list(c, token, '?limit=1')
    await client(c.url).call('DELETE', `/v1/sessions/${fresh.sessionId}`, { token })
    expect((await list(c, token, `?cursor=${nextCursor}`)).ids).toEqual(newestFirst)
  })

  it('show nothing of a person to another one who has the cursor', async () => {
    const { nextCursor } = await list(c, token, '?limit=1')
    const other = await signIn(c, (await person({ on: c })).email)
    const { ids } = await list(c, other.accessToken, `?cursor=${nextCursor}`)
    expect(ids.filter(id => id !== other.sessionId)).toEqual([])
  })
})

describe('one of my devices', () => {
  let phone: Tokens
  let desktop: Tokens
  let stranger: Tokens

  beforeAll(async () => {
    const { email } = await person()
    phone = await signIn(a, email, { userAgent: agents.iphone, clientType: 'mobile' })
    desktop = await signIn(a, email, { userAgent: agents.windows })
    stranger = await signIn(a, (await person()).email)
  })

  const on = (instance: Instance, method: string, id: string, token: string, body?: unknown) =>
    client(instance.url).call(method, `/v1/sessions/${id}`, {
      token,
      ...(body === undefined ? {} : { body }),
    })

  it('is shown as the list shows it', async () => {
    const { devices } = await list(a, desktop.accessToken)
    for (const device of devices) {
      const { status, body } = await on(b, 'GET', device.id, desktop.accessToken)
      expect([status, body]).toEqual([200, device])
    }
  })

  it('is found by its id in capitals as well', async () => {
    const found = await on(a, 'GET', phone.sessionId.toUpperCase(), desktop.accessToken)
    expect([found.status, found.body['id']]).toEqual([200, phone.sessionId])
  })

  it.each(['x', 'x'.repeat(64), '🦊'.repeat(64), 'Büro – 2. Stock', '<b>&amp;"'])(
    'takes the name %j, and keeps it as it is',
    async deviceName => {
      const renamed = await on(a, 'PATCH', phone.sessionId, desktop.accessToken, { deviceName })
      expect(renamed.status).toBe(200)
      expect(renamed.body).toMatchObject({ id: phone.sessionId, current: false, deviceName })
      expect((await on(b, 'GET', phone.sessionId, phone.accessToken)).body['deviceName']).toBe(deviceName)
    },
  )

  it.each([
    '',
    '   ',
    '\u200b',
    'x'.repeat(65),
    '🦊'.repeat(65),
    ...'\n\r\t\u0000\u001b\u001f\u007f\u0085\u009b',
  ])('does not take the name %j', async deviceName => {
    const before = await on(a, 'GET', phone.sessionId, phone.accessToken)
    for (const name of [deviceName, deviceName.length === 1 ? `a${deviceName}b` : deviceName]) {
      const answer = await on(a, 'PATCH', phone.sessionId, desktop.accessToken, { deviceName: name })
      expect(codeOf(answer)).toEqual([400, 'validation_failed'])
      expect(JSON.stringify(answer.body['errors'])).toContain('"/deviceName"')
    }
    expect((await on(a, 'GET', phone.sessionId, phone.accessToken)).body).toEqual(before.body)
  })

  it('looks to another person exactly like one that does not exist', async () => {
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { deviceName: 'mine' }],
      ['DELETE', undefined],
    ] as const) {
      const unknown = await on(a, method, unknownId, stranger.accessToken, body)
      expect(codeOf(unknown)).toEqual([404, 'not_found'])
      for (const { sessionId } of [phone, desktop]) {
        const foreign = await on(a, method, sessionId, stranger.accessToken, body)
        expect(shown(foreign)).toEqual(shown(unknown))
      }
    }
    expect(await verdicts(phone.accessToken)).toEqual([204, 204])
    expect((await on(a, 'GET', phone.sessionId, phone.accessToken)).body['deviceName']).not.toBe('mine')
  })

  it('is signed out for good on every instance, once and again, and nothing else is', async () => {
    expect(await verdicts(phone.accessToken)).toEqual([204, 204])
    for (let time = 0; time < 3; time++) {
      const answer = await on(time === 1 ? b : a, 'DELETE', phone.sessionId, desktop.accessToken)
      expect([answer.status, answer.body]).toEqual([204, {}])
      expect(await verdicts(phone.accessToken)).toEqual([revokedFor('user'), revokedFor('user')])
    }
    const refreshed = await client(b.url).refresh(phone.refreshToken)
    expect([...codeOf(refreshed), refreshed.body['reason']]).toEqual(revokedFor('user'))
    expect((await list(a, desktop.accessToken)).ids).toEqual([desktop.sessionId])
    for (const method of ['GET', 'PATCH']) {
      const body = method === 'PATCH' ? { deviceName: 'gone' } : undefined
      const answer = await on(a, method, phone.sessionId, desktop.accessToken, body)
      expect(codeOf(answer)).toEqual([404, 'not_found'])
    }
    const foreign = await on(a, 'DELETE', phone.sessionId, stranger.accessToken)
    expect(codeOf(foreign)).toEqual([404, 'not_found'])
  })

  it('may be the one that asks', async () => {
    const { email } = await person()
    const { accessToken, sessionId } = await signIn(a, email)
    expect((await on(a, 'DELETE', sessionId, accessToken)).status).toBe(204)
    const again = await on(b, 'DELETE', sessionId, accessToken)
    expect([...codeOf(again), again.body['reason']]).toEqual(revokedFor('user'))
  })
})

describe('signing out of many devices', () => {
  async function threeDevices() {
    const { email } = await person()
    const stranger = await signIn(a, (await person()).email)
    const first = await signIn(a, email)
    const others = [await signIn(b, email), await signIn(b, email)]
    for (const { accessToken } of [first, ...others]) expect(await verdicts(accessToken)).toEqual([204, 204])
    return { first, others, stranger }
  }

  it.each(['', '?scope=others'])(
    'DELETE /v1/sessions%s ends all others, and this one goes on',
    async scope => {
      const { first, others, stranger } = await threeDevices()
      const revoke = () => client(a.url).call('DELETE', `/v1/sessions${scope}`, { token: first.accessToken })
      const answer = await revoke()
      expect([answer.status, answer.body]).toEqual([200, { revoked: 2 }])
      for (const { accessToken } of others) {
        expect(await verdicts(accessToken)).toEqual([revokedFor('others'), revokedFor('others')])
      }
      expect(await verdicts(first.accessToken)).toEqual([204, 204])
      expect(await verdicts(stranger.accessToken)).toEqual([204, 204])
      expect((await revoke()).body).toEqual({ revoked: 0 })
    },
  )

  it('?scope=all ends this one too', async () => {
    const { first, others, stranger } = await threeDevices()
    const answer = await client(b.url).call('DELETE', '/v1/sessions?scope=all', { token: first.accessToken })
    expect([answer.status, answer.body]).toEqual([200, { revoked: 3 }])
    for (const { accessToken } of [first, ...others]) {
      expect(await verdicts(accessToken)).toEqual([revokedFor('user'), revokedFor('user')])
    }
    expect(await verdicts(stranger.accessToken)).toEqual([204, 204])
  })
})

describe('signing out', () => {
  const logout = (options: { token?: string; body?: unknown } = {}, instance = a) =>
    client(instance.url).call('POST', '/v1/auth/logout', options)

  async function twoDevices() {
    const { email } = await person()
    return { tokens: await signIn(a, email), other: await signIn(a, email) }
  }

  it('by the access token ends its session on every instance, and no other; twice is the same', async () => {
    const { tokens, other } = await twoDevices()
    expect(await verdicts(tokens.accessToken)).toEqual([204, 204])
    for (const instance of [a, b]) {
      const answer = await logout({ token: tokens.accessToken }, instance)
      expect([answer.status, answer.body]).toEqual([204, {}])
      expect(await verdicts(tokens.accessToken)).toEqual([revokedFor('logout'), revokedFor('logout')])
    }
    expect(codeOf(await client(b.url).refresh(tokens.refreshToken))).toEqual([401, 'session_revoked'])
    expect(await verdicts(other.accessToken)).toEqual([204, 204])
  })

  it('by the refresh token does the same, with and without an access token', async () => {
    for (const withAccess of [false, true]) {
      const { tokens, other } = await twoDevices()
      const body = { refreshToken: tokens.refreshToken }
      const options = withAccess ? { token: tokens.accessToken, body } : { body }
      expect((await logout(options, b)).status).toBe(204)
      expect(await verdicts(tokens.accessToken)).toEqual([revokedFor('logout'), revokedFor('logout')])
      expect((await logout(options)).status).toBe(204)
      expect(await verdicts(other.accessToken)).toEqual([204, 204])
    }
  })

  it('works with tokens that newer ones have replaced', async () => {
    for (const by of ['access', 'refresh'] as const) {
      const { tokens } = await twoDevices()
      const child = tokensOf(await client(a.url).refresh(tokens.refreshToken))
      const grandchild = tokensOf(await client(b.url).refresh(child.refreshToken))
      const answer =
        by === 'access'
          ? await logout({ token: tokens.accessToken })
          : await logout({ body: { refreshToken: tokens.refreshToken } })
      expect(answer.status).toBe(204)
      expect(await verdicts(grandchild.accessToken)).toEqual([revokedFor('logout'), revokedFor('logout')])
    }
  })

  it('works with tokens of a session that is over, or whose row is gone', async () => {
    const { tokens } = await twoDevices()
    await age(tokens.sessionId, 'expires_at', 2_592_000)
    expect((await logout({ token: tokens.accessToken })).status).toBe(204)
    await query(databaseUrl, 'DELETE FROM user_sessions WHERE id = $1', [tokens.sessionId])
    expect((await logout({ token: tokens.accessToken })).status).toBe(204)
    expect((await logout({ body: { refreshToken: tokens.refreshToken } })).status).toBe(204)
  })

  it('works without anything to sign out of', async () => {
    for (const options of [{}, { body: {} }, { body: null }]) {
      const answer = await logout(options)
      expect([answer.status, answer.body]).toEqual([204, {}])
    }
  })

  it('is refused with nothing but garbage, and then ends nothing', async () => {
    const { tokens } = await twoDevices()
    const altered = `${tokens.accessToken.slice(0, -6)}AAAAAA`
    for (const token of ['x', altered, tokens.refreshToken]) {
      expect(codeOf(await logout({ token }))).toEqual([401, 'access_token_invalid'])
    }
    for (const refreshToken of ['x', `${tokens.refreshToken}x`, tokens.accessToken.slice(0, 512)]) {
      expect(codeOf(await logout({ body: { refreshToken } }))).toEqual([401, 'refresh_token_invalid'])
    }
    expect(await verdicts(tokens.accessToken)).toEqual([204, 204])
  })

  it('works with the refresh token alone when the access token is of no use any more', async () => {
    const { tokens } = await twoDevices()
    const answer = await logout({ token: 'x', body: { refreshToken: tokens.refreshToken } })
    expect(answer.status).toBe(204)
    expect(await verdicts(tokens.accessToken)).not.toContain(204)
  })
})

describe('who is signed in', () => {
  it('is told with the session’s limits and the permissions of the roles', async () => {
    const { email, userId } = await person({ roles: ['admin', 'visitor'] })
    const { accessToken, sessionId } = await signIn(a, email, { clientType: 'portal' })
    const { status, body, headers } = await client(b.url).call('GET', '/v1/auth/session', {
      token: accessToken,
    })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      sessionId,
      user: {
        id: userId,
        email,
        roles: ['admin', 'visitor'],
        permissions: [
          'audit:read',
          'sessions:cleanup',
          'sessions:read',
          'sessions:revoke',
          'users:manage',
          'users:read',
          'users:unlock',
        ],
      },
      clientType: 'portal',
      accessExpiresAt: new Date(Number(claimsOf(accessToken)['exp']) * 1000).toISOString(),
      needsRefresh: false,
      idleExpiresAt: expect.stringMatching(instant),
      expiresAt: expect.stringMatching(instant),
    })
    const [{ last, created } = { last: new Date(0), created: new Date(0) }] = await query<{
      last: Date
      created: Date
    }>(
      databaseUrl,
      'SELECT last_activity_at AS last, created_at AS created FROM user_sessions WHERE id = $1',
      [sessionId],
    )
    expect(body['idleExpiresAt']).toBe(new Date(last.getTime() + 1_800_000).toISOString())
    expect(body['expiresAt']).toBe(new Date(created.getTime() + 86_400_000).toISOString())
  })

  it('is told to gateways in headers, with the missing permission by name', async () => {
    const { email, userId } = await person({ roles: ['admin', 'visitor'] })
    const { accessToken: token, sessionId } = await signIn(a, email)
    const { status, headers } = await client(b.url).call('GET', '/v1/verify?permission=audit:read', { token })
    expect(status).toBe(204)
    expect(headers.get('x-session-id')).toBe(sessionId)
    expect(headers.get('x-user-id')).toBe(userId)
    expect(headers.get('x-user-roles')).toBe('admin,visitor')
    const denied = await client(b.url).call('GET', '/v1/verify?permission=audit:write', { token })
    expect([...codeOf(denied), denied.body['requires']]).toEqual([403, 'permission_denied', 'audit:write'])
    expect(denied.headers.get('x-user-id')).toBeNull()
  })
})

describe('registering', () => {
  const register = (instance: Instance, email: string, password = goodPassword) =>
    client(instance.url).call('POST', '/v1/auth/register', { body: { email, password } })

  it('is refused while it is closed, whatever is sent', async () => {
    for (const password of [goodPassword, 'short']) {
      const answer = await register(a, 'closed@example.test', password)
      expect(codeOf(answer)).toEqual([403, 'registration_closed'])
    }
    expect(await query(databaseUrl, `SELECT 1 FROM users WHERE email = 'closed@example.test'`)).toEqual([])
  })

  it('makes an account that can sign in, with the email address in any case', async () => {
    const { status, body, headers } = await register(c, 'New.Person@example.test')
    expect(status).toBe(201)
    expect(body).toEqual({
      user: { id: expect.stringMatching(uuidV7), email: 'New.Person@example.test', roles: [] },
    })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('set-cookie')).toBeNull()
    for (const email of ['New.Person@example.test', 'new.person@EXAMPLE.test']) {
      const answer = await client(c.url).call('POST', '/v1/auth/login', {
        body: { email, password: goodPassword },
      })
      expect(answer.body['user']).toEqual(body['user'])
    }
  })

  it('takes an email address once, without regard to case, also when many come at once', async () => {
    const emails = ['Taken@example.test', 'taken@example.test', 'TAKEN@EXAMPLE.TEST', 'taken@Example.test']
    const answers = await Promise.all(emails.map(email => register(c, email)))
    const codes = answers.map(answer => (answer.status === 201 ? 201 : codeOf(answer)))
    expect(codes.filter(code => code === 201)).toHaveLength(1)
    expect(codes.filter(code => code !== 201)).toEqual(Array(3).fill([409, 'email_taken']))
    expect(codeOf(await register(c, 'tAkEn@example.test'))).toEqual([409, 'email_taken'])
  })

  it.each([
    ['too short', 'eleven char', /12 characters/],
    ['too short, in characters that take two units', '🦊'.repeat(11), /12 characters/],
    ['the email address', 'weak.person@example.test', /email/],
    ['the email address in another case', 'WEAK.person@example.test', /email/],
  ])('does not take a password that is %s, and says which rule it breaks', async (_name, password, rule) => {
    const answer = await register(c, 'weak.person@example.test', password)
    expect(codeOf(answer)).toEqual([422, 'weak_password'])
    expect(answer.body['detail']).toMatch(rule)
    expect(JSON.stringify(answer.body)).not.toContain(password)
  })

  it.each([
    'xyzzyxplughw',
    '🦊🐕🐈🦉🐎🐄🐖🐑🐐🦌🦔🐇',
    ` ${'Wörter und '.repeat(11)}Enden `,
    'correct horse battery\tstaple',
  ])('takes the password %j, all of it', async password => {
    const email = `strong-${users++}@example.test`
    expect((await register(c, email, password)).status).toBe(201)
    const attempt = (typed: string) =>
      client(c.url).call('POST', '/v1/auth/login', { body: { email, password: typed } })
    expect((await attempt(password)).status).toBe(200)
    expect((await attempt([...password].slice(0, -1).join(''))).status).toBe(401)
  })
})

describe('signing in', () => {
  const login = (body: Record<string, unknown>, options: { token?: string } = {}, instance = a) =>
    client(instance.url).call('POST', '/v1/auth/login', { body, ...options })

  it('answers the tokens, their lifetimes and the user, and nothing more', async () => {
    const { email, userId } = await person({ roles: ['visitor'] })
    const { status, body, headers } = await login({ email, password: goodPassword })
    expect(status).toBe(200)
    expect(body).toEqual({
      tokenType: 'Bearer',
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{86}$/),
      expiresIn: expect.any(Number),
      refreshToken: expect.stringMatching(/^lkr_[\w-]{114}$/),
      refreshExpiresIn: 604_800,
      sessionId: expect.stringMatching(uuidV7),
      user: { id: userId, email, roles: ['visitor'] },
      deviceToken: expect.stringMatching(/^lkd_[\w-]{60}$/),
    })
    expect(Number.isInteger(body['expiresIn'])).toBe(true)
    // Up to 5 % of jitter.
    expect(body['expiresIn']).toBeGreaterThanOrEqual(854)
    expect(body['expiresIn']).toBeLessThanOrEqual(900)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('set-cookie')).toBeNull()
    const refreshed = await client(b.url).refresh(String(body['refreshToken']))
    expect(Object.keys(refreshed.body).sort()).toEqual(
      Object.keys(body)
        .filter(key => key !== 'user' && key !== 'deviceToken')
        .sort(),
    )
  })

  it('promises no refresh past the end of the session', async () => {
    const { email } = await person()
    const answer = await login({ email, password: goodPassword, clientType: 'portal' })
    expect(answer.body['refreshExpiresIn']).toBe(86_400)
  })

  it('always makes a new session, whoever is signed in already', async () => {
    const { email } = await person()
    const before = await signIn(a, email)
    const after = tokensOf(await login({ email, password: goodPassword }, { token: before.accessToken }))
    expect(after.sessionId).not.toBe(before.sessionId)
    expect(await verdicts(before.accessToken)).toEqual([204, 204])
  })

  it('does not tell a wrong password, an unknown address and a disabled user apart', async () => {
    const { email } = await person()
    const disabled = await person()
    await a.services.accounts.disable(disabled.userId, byCli)
    const answers = [
      await login({ email, password: 'not the password' }),
      await login({ email: 'nobody@example.test', password: goodPassword }),
      await login({ email: disabled.email, password: goodPassword }),
      await login({ email: disabled.email, password: 'not the password' }),
    ]
    const [first] = answers.map(shown)
    for (const answer of answers) expect(shown(answer)).toEqual(first)
    expect(first).toMatchObject({
      status: 401,
      told: { code: 'invalid_credentials', status: 401 },
      hasRequestId: true,
    })
    // Not even by whether a client type would have been allowed.
    const staff = await person({ on: c })
    const body = { email: staff.email, password: 'not the password', clientType: 'back-office' }
    expect(codeOf(await login(body, {}, c))).toEqual([401, 'invalid_credentials'])
  })

  it('names the client types that there are when it is given another', async () => {
    for (const clientType of ['tv', 'WEB', 'constructor']) {
      const answer = await login({ email: 'nobody@example.test', password: goodPassword, clientType })
      expect(codeOf(answer)).toEqual([400, 'validation_failed'])
      expect(answer.body['errors']).toEqual([
        {
          path: '/clientType',
          message: expect.stringContaining('web, portal, mobile, workstation, field, kiosk'),
        },
      ])
    }
    const there = await login({ email: 'x@example.test', password: 'x', clientType: 'mobile' }, {}, c)
    expect(JSON.stringify(there.body['errors'])).toContain('web, back-office')
  })

  it('lets only the roles that a client type names use it', async () => {
    const visitor = await person({ on: c, roles: ['visitor'] })
    const staff = await person({ on: c, roles: ['visitor', 'staff'] })
    const body = { password: goodPassword, clientType: 'back-office' }
    const refused = await login({ ...body, email: visitor.email }, {}, c)
    expect(codeOf(refused)).toEqual([403, 'client_type_not_allowed'])
    expect((await login({ ...body, email: staff.email }, {}, c)).status).toBe(200)
    expect((await login({ ...body, email: visitor.email, clientType: 'web' }, {}, c)).status).toBe(200)
  })

  it('30 times at once leaves exactly 5 live sessions, and the others ended by the limit', async () => {
    const { email, userId } = await person()
    const signedIn = await Promise.all(
      Array.from({ length: 30 }, (_, index) => signIn(index % 2 === 0 ? a : b, email)),
    )
    const rows = await query<{ id: string; revoked_reason: string | null }>(
      databaseUrl,
      'SELECT id, revoked_reason FROM user_sessions WHERE user_id = $1',
      [userId],
    )
    const reasons = new Map(rows.map(row => [row.id, row.revoked_reason]))
    expect([...reasons.values()].filter(reason => reason === null)).toHaveLength(5)
    expect([...reasons.values()].filter(reason => reason !== null)).toEqual(
      Array(rows.length - 5).fill('session_limit'),
    )
    expect(rows.length).toBeGreaterThanOrEqual(30)
    for (const { sessionId, accessToken } of signedIn) {
      const live = reasons.get(sessionId) === null
      const expected = live ? 204 : revokedFor('session_limit')
      expect(await verdicts(accessToken)).toEqual([expected, expected])
    }
  })

  it('past the limit ends the session that has been inactive for longest', async () => {
    const { email } = await person()
    const sessions: Tokens[] = []
    for (let count = 0; count < 5; count++) sessions.push(await signIn(a, email))
    const [oldest, second, third] = sessions
    if (!oldest || !second || !third) throw new Error('a sign-in is missing')
    await age(third.sessionId, 'last_activity_at', 600)
    await signIn(b, email)
    const refreshed = await Promise.all(
      [oldest, second, third].map(s => client(a.url).refresh(s.refreshToken)),
    )
    expect(refreshed.map(({ status, body }) => body['reason'] ?? status)).toEqual([200, 200, 'session_limit'])
  })
})

describe('changing the password', () => {
  const next = 'staple battery horse'
  const change = (token: string, currentPassword: string, newPassword: string, instance = a) =>
    client(instance.url).call('POST', '/v1/auth/password', { token, body: { currentPassword, newPassword } })

  it('gives this session a new pair and ends every other one', async () => {
    const { email } = await person()
    const current = await signIn(a, email)
    const others = [await signIn(a, email), await signIn(b, email)]
    for (const { accessToken } of [current, ...others])
      expect(await verdicts(accessToken)).toEqual([204, 204])

    const answer = await change(current.accessToken, goodPassword, next)
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      tokenType: 'Bearer',
      accessToken: expect.any(String),
      expiresIn: expect.any(Number),
      refreshToken: expect.any(String),
      refreshExpiresIn: 604_800,
      sessionId: current.sessionId,
      deviceToken: expect.stringMatching(/^lkd_/),
    })
    const fresh = tokensOf(answer)
    expect(fresh.accessToken).not.toBe(current.accessToken)
    expect(await verdicts(fresh.accessToken)).toEqual([204, 204])
    for (const { accessToken, refreshToken } of others) {
      const ended = revokedFor('password_changed')
      expect(await verdicts(accessToken)).toEqual([ended, ended])
      expect(codeOf(await client(b.url).refresh(refreshToken))).toEqual([401, 'session_revoked'])
    }
    expect(tokensOf(await client(b.url).refresh(fresh.refreshToken)).sessionId).toBe(current.sessionId)

    const login = (password: string) =>
      client(b.url).call('POST', '/v1/auth/login', { body: { email, password } })
    expect(codeOf(await login(goodPassword))).toEqual([401, 'invalid_credentials'])
    expect((await login(next)).status).toBe(200)
  })

  it('is refused without the current one, or with a weak new one, and then changes nothing', async () => {
    const { email } = await person()
    const current = await signIn(a, email)
    const other = await signIn(b, email)
    expect(codeOf(await change(current.accessToken, 'not the password', next))).toEqual([
      422,
      'wrong_password',
    ])
    expect(codeOf(await change(current.accessToken, '', next))).toEqual([400, 'validation_failed'])
    for (const [weak, rule] of [
      ['short', /12 characters/],
      [email, /email/],
    ] as const) {
      const answer = await change(current.accessToken, goodPassword, weak)
      expect(codeOf(answer)).toEqual([422, 'weak_password'])
      expect(answer.body['detail']).toMatch(rule)
    }
    for (const { accessToken } of [current, other]) expect(await verdicts(accessToken)).toEqual([204, 204])
    expect((await signIn(a, email)).expiresIn).toBeGreaterThan(0)
  })
})

describe('the limits of a session', () => {
  /** Of `web`; what is not written down yet must not sign anybody out, so it is judged up to 65 s later. */
  const idle = 604_800

  it.each([
    ['idle for as long as its policy allows is still live', 'last_activity_at', idle - 5, 204, 200],
    ['idle for longer is over', 'last_activity_at', idle + 120, 'session_expired', 'session_expired'],
    ['near its greatest age is still live', 'expires_at', 2_592_000 - 20, 204, 200],
    ['past its greatest age is over', 'expires_at', 2_592_000, 'session_expired', 'session_expired'],
  ] as const)(
    'hold at use, without any cleanup: one that is %s',
    async (_name, column, seconds, verified, refreshed) => {
      const { email } = await person()
      const [used, refreshing] = [await signIn(a, email), await signIn(a, email)]
      await age(used.sessionId, column, seconds)
      await age(refreshing.sessionId, column, seconds)
      const seen = (answer: Answer) => answer.body['code'] ?? answer.status
      expect(seen(await client(a.url).verify(used.accessToken))).toBe(verified)
      expect(seen(await client(b.url).verify(used.accessToken))).toBe(verified)
      expect(seen(await client(b.url).refresh(refreshing.refreshToken))).toBe(refreshed)
    },
  )

  it('are those of the client type', async () => {
    const { email } = await person()
    const kiosk = await signIn(a, email, { clientType: 'kiosk' })
    const portal = await signIn(a, email, { clientType: 'portal' })
    for (const { sessionId } of [kiosk, portal]) await age(sessionId, 'last_activity_at', 1_500)
    expect(codeOf(await client(a.url).verify(kiosk.accessToken))).toEqual([401, 'session_expired'])
    expect((await client(a.url).verify(portal.accessToken)).status).toBe(204)
  })
})

describe('an access token that runs out', () => {
  let later: Instance
  let email: string
  let clock: SteppableClock
  let step: (seconds: number) => Promise<void>

  beforeAll(async () => {
    const { url } = await freshDatabase()
    clock = await steppableClock(url)
    later = await startInstance({ DATABASE_URL: url, REDIS_URL: (await freshRedis()).url })
    email = `later-${users++}@example.test`
    await createUser(later.services, email)
    step = async seconds => {
      await clock.step(seconds)
      await later.services.reload()
    }
  })

  afterAll(() => Promise.all([later.close(), clock.close()]))

  it('is to be refreshed from five minutes before, is refused afterwards, and the session goes on', async () => {
    const api = client(later.url)
    const tokens = await api.signIn(email)
    const needsRefresh = async () =>
      (await api.call('GET', '/v1/auth/session', { token: tokens.accessToken })).body['needsRefresh']
    // It lasts 855 to 900 seconds.
    await step(500)
    expect(await needsRefresh()).toBe(false)
    await step(105)
    expect(await needsRefresh()).toBe(true)
    expect((await api.verify(tokens.accessToken)).status).toBe(204)

    await step(300)
    for (const path of ['/v1/verify', '/v1/auth/session', '/v1/sessions']) {
      const answer = await api.call('GET', path, { token: tokens.accessToken })
      expect(codeOf(answer)).toEqual([401, 'access_token_expired'])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    }
    const fresh = tokensOf(await api.refresh(tokens.refreshToken))
    expect(fresh.sessionId).toBe(tokens.sessionId)
    expect((await api.verify(fresh.accessToken)).status).toBe(204)
  })

  it('still signs out', async () => {
    const api = client(later.url)
    const tokens = await api.signIn(email)
    await step(901)
    const { accessToken: token } = tokens
    expect(codeOf(await api.verify(token))).toEqual([401, 'access_token_expired'])
    expect((await api.call('POST', '/v1/auth/logout', { token })).status).toBe(204)
    const refreshed = await api.refresh(tokens.refreshToken)
    expect([...codeOf(refreshed), refreshed.body['reason']]).toEqual(revokedFor('logout'))
  })

  it('takes the refresh token with it when that one’s time is over, too', async () => {
    const api = client(later.url)
    const { refreshToken } = await api.signIn(email, { clientType: 'web' })
    await step(604_801)
    const answer = await api.refresh(refreshToken)
    expect(codeOf(answer)).toEqual([401, 'refresh_token_expired'])
  })
})

function segmentOf(token: string, index: 0 | 1): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString())
}

const claimsOf = (token: string) => segmentOf(token, 1)

describe('an access token', () => {
  it('says who, which session, for whom and how long, and nothing personal', async () => {
    const { email, userId } = await person({ roles: ['admin'] })
    const tokens = await signIn(a, email, { clientType: 'mobile' })
    expect(segmentOf(tokens.accessToken, 0)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) })
    const claims = claimsOf(tokens.accessToken)
    expect(claims).toEqual({
      iss: 'http://localhost:3000',
      aud: 'latchkey',
      sub: userId,
      sid: tokens.sessionId,
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: expect.any(Number),
      auth_time: claims['iat'],
      client_id: 'mobile',
    })
    const [iat, exp] = [Number(claims['iat']), Number(claims['exp'])]
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(60)
    // Up to 5 % of jitter; what is left was counted a moment later.
    expect(exp - iat).toBeGreaterThanOrEqual(855)
    expect(exp - iat).toBeLessThanOrEqual(900)
    expect(Math.abs(exp - iat - tokens.expiresIn)).toBeLessThanOrEqual(2)
  })

  it('keeps the time of the sign-in over a refresh, and has an id of its own each time', async () => {
    const { email } = await person()
    const tokens = await signIn(a, email)
    await new Promise(resolve => setTimeout(resolve, 1_050))
    const first = claimsOf(tokens.accessToken)
    const second = claimsOf(tokensOf(await client(b.url).refresh(tokens.refreshToken)).accessToken)
    // Two clocks: the first token is signed before the row's moment is known.
    expect(Math.abs(Number(second['auth_time']) - Number(first['auth_time']))).toBeLessThanOrEqual(1)
    expect(second['iat']).toBeGreaterThan(Number(first['iat']))
    expect(second['jti']).not.toBe(first['jti'])
  })

  it('is proven by the published key of its kid, which holds nothing private', async () => {
    const { accessToken } = await signIn(a, (await person()).email)
    const { status, headers, body } = await client(b.url).call('GET', '/.well-known/jwks.json')
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('public, max-age=300')
    const keys: Record<string, string>[] = Array.isArray(body['keys']) ? body['keys'] : []
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
      expect(key).toMatchObject({ alg: 'ES256', crv: 'P-256', kty: 'EC', use: 'sig' })
    }
    const key = keys.find(({ kid }) => kid === segmentOf(accessToken, 0)['kid'])
    if (key === undefined) throw new Error('the key of the token is not published')
    const [header, payload, signature = ''] = accessToken.split('.')
    const proves = (text: string) =>
      verifySignature(
        'sha256',
        Buffer.from(text),
        { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      )
    expect(proves(`${header}.${payload}`)).toBe(true)
    expect(proves(`${header}.${payload}x`)).toBe(false)
  })
})

describe('a signed-in call', () => {
  it('asks who is calling before it looks at what is sent', async () => {
    const calls = [
      ['PATCH', `/v1/sessions/${unknownId}`, { no: 'such field' }],
      ['PATCH', '/v1/sessions/not-an-id', { deviceName: 'x' }],
      ['GET', '/v1/sessions?limit=many', undefined],
      ['POST', '/v1/auth/password', { currentPassword: 1 }],
    ] as const
    for (const [method, path, body] of calls) {
      const send = (headers: Record<string, string>) =>
        client(a.url).call(method, path, { headers, ...(body === undefined ? {} : { body }) })
      expect(codeOf(await send({}))).toEqual([401, 'authentication_required'])
      expect(codeOf(await send({ authorization: 'Bearer garbage' }))).toEqual([401, 'access_token_invalid'])
    }
  })

  it('takes no session id for a credential, wherever it stands', async () => {
    const { email } = await person()
    const { sessionId } = await signIn(a, email)
    const { call } = client(a.url)
    const asked = [
      await call('GET', `/v1/sessions/${sessionId}`),
      await call('DELETE', `/v1/sessions/${sessionId}`),
      await call('GET', '/v1/auth/session', { token: sessionId }),
      await call('GET', '/v1/auth/session', { headers: { cookie: `__Host-latchkey_access=${sessionId}` } }),
      await call('GET', '/v1/auth/session', { headers: { 'x-session-id': sessionId } }),
      await call('POST', '/v1/auth/refresh', { body: { refreshToken: sessionId } }),
      await call('GET', `/v1/verify?sid=${sessionId}`),
    ]
    expect(asked.map(({ status }) => status)).toEqual(Array(7).fill(401))
  })

  it('tells of a revocation as one, also where a snapshot still said yes', async () => {
    for (const revoked of [true, false]) {
      const { email } = await person()
      const { accessToken, sessionId } = await signIn(a, email)
      expect((await client(a.url).verify(accessToken)).status).toBe(204)
      // Behind the back of the feed, so that only Postgres knows.
      const change = revoked ? "revoked_at = now(), revoked_reason = 'admin'" : 'expires_at = now()'
      await query(databaseUrl, `UPDATE user_sessions SET ${change} WHERE id = $1`, [sessionId])
      const body = { currentPassword: goodPassword, newPassword: 'another good password' }
      const answers = [
        await client(a.url).call('GET', '/v1/auth/session', { token: accessToken }),
        await client(a.url).call('POST', '/v1/auth/password', { token: accessToken, body }),
      ]
      for (const answer of answers) {
        expect([...codeOf(answer), answer.body['reason']]).toEqual(
          revoked ? revokedFor('admin') : [401, 'session_expired', undefined],
        )
      }
    }
  })

  it('does not name a device whose session has gone idle', async () => {
    const { email } = await person()
    const [current, idle] = [await signIn(a, email), await signIn(a, email)]
    await age(idle.sessionId, 'last_activity_at', 604_800 + 120)
    const answer = await client(a.url).call('PATCH', `/v1/sessions/${idle.sessionId}`, {
      token: current.accessToken,
      body: { deviceName: 'too late' },
    })
    expect(codeOf(answer)).toEqual([404, 'not_found'])
    const rows = await query(databaseUrl, 'SELECT device_name FROM user_sessions WHERE id = $1', [
      idle.sessionId,
    ])
    expect(rows).toEqual([{ device_name: null }])
  })
})

describe('the health of an instance', () => {
  it('is alive, and ready with what it has', async () => {
    for (const instance of [a, b, c]) {
      const live = await client(instance.url).call('GET', '/health/live')
      expect([live.status, live.body]).toEqual([200, { status: 'ok' }])
      const ready = await client(instance.url).call('GET', '/health/ready')
      const redis = instance === c ? 'off' : 'up'
      expect([ready.status, ready.body]).toEqual([200, { status: 'ok', postgres: 'up', redis }])
    }
  })
})
