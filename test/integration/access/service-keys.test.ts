import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ServiceKeyScope } from '../../../src/access/service-keys.ts'
import { byCli } from '../../../src/cli/actor.ts'
import { startProxy, type TcpProxy } from '../../fault/proxy.ts'
import { type Answer, client, type Tokens } from '../../support/client.ts'
import { countStoreCalls } from '../../support/counted.ts'
import { query } from '../../support/database.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { startStopwatch } from '../../support/stopwatch.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

let databaseUrl: string
let proxy: TcpProxy
let a: Instance
/** Reaches its database through a proxy. */
let b: Instance
let names = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  const direct = new URL(databaseUrl)
  proxy = await startProxy(Number(direct.port))
  direct.port = String(proxy.port)
  const redis = (await freshRedis()).url
  const policies = {
    web: { idleTimeoutSeconds: 3_600, absoluteTimeoutSeconds: 86_400 },
    workstation: { idleTimeoutSeconds: 3_600, absoluteTimeoutSeconds: 86_400, roles: ['agent'] },
  }
  const environment = {
    REDIS_URL: redis,
    SESSION_POLICIES: JSON.stringify(policies),
    NEAR_CACHE_MAX_SESSIONS: '0',
  }
  ;[a, b] = await Promise.all([
    startInstance({ DATABASE_URL: databaseUrl, ...environment }),
    startInstance({ DATABASE_URL: direct.href, ...environment }),
  ])
})

afterAll(async () => {
  await Promise.all([a.close(), b.close()])
  await proxy.close()
})

async function newKey(...scopes: ServiceKeyScope[]) {
  const name = `service-${names++}`
  return { name, ...(await a.services.serviceKeys.create({ name, scopes }, byCli)) }
}

const newUser = (roles: string[] = []) =>
  createUser(a.services, `service-key-${names++}@example.test`, { roles })

const open = (key: string, body: unknown, at = a) =>
  client(at.url).call('POST', '/v1/admin/sessions', { token: key, body })

const verify = (token: string, key: string, at = a) =>
  client(at.url).call('GET', '/v1/verify', { token, headers: { 'x-latchkey-service-key': key } })

const codeOf = ({ status, body }: Answer) => [status, body['code']]

async function openedSession(): Promise<Tokens> {
  const { key } = await newKey('sessions:create')
  const { accessToken, refreshToken, sessionId, expiresIn } = (
    await open(key, { userId: await newUser(), authMethod: 'oidc' })
  ).body
  return {
    accessToken: String(accessToken),
    refreshToken: String(refreshToken),
    sessionId: String(sessionId),
    expiresIn: Number(expiresIn),
  }
}

describe('a backend that has checked a person', () => {
  it('opens a session, which is like any other, with the facts that it gave', async () => {
    const { key, name } = await newKey('sessions:create')
    const userId = await newUser()
    const answer = await open(key, {
      userId,
      authMethod: 'corppass',
      ipAddress: '2001:db8::7',
      userAgent:
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36',
      deviceName: 'Front desk',
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.body).toEqual({
      tokenType: 'Bearer',
      accessToken: expect.any(String),
      expiresIn: expect.any(Number),
      refreshToken: expect.stringMatching(/^lkr_/),
      refreshExpiresIn: 86_400,
      sessionId: expect.any(String),
    })
    const { accessToken, refreshToken, sessionId } = answer.body
    expect(await client(b.url).sessions(String(accessToken))).toMatchObject([
      {
        id: sessionId,
        clientType: 'web',
        authMethod: 'corppass',
        deviceName: 'Front desk',
        device: { type: 'desktop', os: 'Windows', browser: 'Chrome' },
        ipAddress: '2001:db8::7',
      },
    ])
    expect((await client(b.url).refresh(String(refreshToken))).status).toBe(200)
    const events = await query<{ type: string; actor: string; ip_address: string }>(
      databaseUrl,
      'SELECT type, actor, ip_address FROM security_events WHERE session_id = $1 ORDER BY type',
      [sessionId],
    )
    const by = { actor: `service:${name}`, ip_address: '2001:db8::7' }
    expect(events).toEqual([
      { type: 'new_device', ...by },
      { type: 'session_created', ...by },
      { type: 'sign_in_succeeded', ...by },
    ])
  })

  it('is told what is wrong with the user or the client type', async () => {
    const { key } = await newKey('sessions:create')
    const [customer, agent, disabled] = [await newUser(), await newUser(['agent']), await newUser()]
    await a.services.accounts.disable(disabled, byCli)
    const authMethod = 'oidc'
    const answers = [
      await open(key, { userId: '0198c0de-0000-7000-8000-000000000000', authMethod }),
      await open(key, { userId: disabled, authMethod }),
      await open(key, { userId: customer, authMethod, clientType: 'workstation' }),
      await open(key, { userId: customer, authMethod, clientType: 'tv' }),
      await open(key, { userId: agent, authMethod, clientType: 'workstation' }),
    ]
    expect(answers.map(answer => answer.body['code'] ?? answer.status)).toEqual([
      'not_found',
      'user_disabled',
      'client_type_not_allowed',
      'validation_failed',
      201,
    ])
    expect(answers.map(answer => answer.status)).toEqual([404, 403, 403, 400, 201])
    expect(answers[3]?.body['errors']).toEqual([
      { path: '/clientType', message: 'must be one of web, workstation' },
    ])
  })

  it.each([
    ['/ipAddress', { ipAddress: '10.0.0.0/8' }],
    ['/ipAddress', { ipAddress: 'localhost' }],
    ['/userAgent', { userAgent: 'two\nlines' }],
    ['/authMethod', { authMethod: 'Not A Method' }],
    ['/deviceName', { deviceName: 'x'.repeat(65) }],
    ['/password', { password: 'x' }],
  ])('is told that %s of %j does not fit', async (path, fields) => {
    const { key } = await newKey('sessions:create')
    const answer = await open(key, { userId: await newUser(), authMethod: 'oidc', ...fields })
    expect(codeOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.body['errors']).toEqual([expect.objectContaining({ path })])
  })

  it('is held to the session limit, as the person would be', async () => {
    const { key } = await newKey('sessions:create')
    const userId = await newUser()
    for (let count = 0; count < 7; count++) await open(key, { userId, authMethod: 'oidc' })
    const live = await query(
      databaseUrl,
      'SELECT FROM user_sessions WHERE user_id = $1 AND revoked_at IS NULL',
      [userId],
    )
    expect(live).toHaveLength(5)
  })
})

describe('a call with a service key', () => {
  it('needs one, a valid one, and one with the scope', async () => {
    const userId = await newUser()
    const body = { userId, authMethod: 'oidc' }
    const { accessToken } = await openedSession()
    const none = await client(a.url).call('POST', '/v1/admin/sessions', { body })
    expect(codeOf(none)).toEqual([401, 'authentication_required'])
    for (const wrong of ['garbage', `lks_${'A'.repeat(43)}`, accessToken]) {
      const answer = await open(wrong, body)
      expect(codeOf(answer)).toEqual([401, 'service_key_invalid'])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    }
    for (const scope of ['introspect', 'revoke', 'verify'] as const) {
      const answer = await open((await newKey(scope)).key, body)
      expect([...codeOf(answer), answer.body['requires']]).toEqual([
        403,
        'insufficient_scope',
        'sessions:create',
      ])
    }
  })

  it('works on every instance as soon as the key is made, and on none within a second after it is revoked', async () => {
    const { id, key } = await newKey('sessions:create')
    const userId = await newUser()
    const statuses = () =>
      Promise.all(
        [a, b].map(async instance => (await open(key, { userId, authMethod: 'oidc' }, instance)).status),
      )
    expect(await statuses()).toEqual([201, 201])
    expect(await a.services.serviceKeys.revoke(id, byCli)).toBe(true)
    const stopwatch = startStopwatch()
    await expect.poll(statuses).toEqual([401, 401])
    expect(stopwatch.readMs()).toBeLessThan(1_000)
    expect(await a.services.serviceKeys.revoke(id, byCli)).toBe(true)
    const events = await query<{ type: string; actor: string; details: unknown }>(
      databaseUrl,
      `SELECT type, actor, details FROM security_events WHERE details->>'keyId' = $1 ORDER BY created_at`,
      [id],
    )
    const details = expect.objectContaining({ keyId: id, scopes: ['sessions:create'] })
    expect(events).toEqual([
      { type: 'service_key_created', actor: 'cli', details },
      { type: 'service_key_revoked', actor: 'cli', details },
    ])
  })

  it('leaves a note of when the key was last used', async () => {
    const { id, key } = await newKey('sessions:create')
    const used = async () =>
      (await a.services.serviceKeys.list()).find(listed => listed.id === id)?.lastUsedAt
    expect(await used()).toBeNull()
    await open(key, { userId: await newUser(), authMethod: 'oidc' })
    await a.services.flush()
    expect(Math.abs(Number(await used()) - Date.now())).toBeLessThan(60_000)
  })
})

describe('verify with a service key', () => {
  it('costs no more than without, once the key is known', async () => {
    const { accessToken } = await openedSession()
    const { key } = await newKey('verify')
    await expect
      .poll(() => countStoreCalls(() => verify(accessToken, key)))
      .toMatchObject({
        result: { status: 204 },
        sql: [],
        redis: ['mget'],
      })
  })

  it('is refused for a wrong key or scope, whoever is signed in', async () => {
    const { accessToken } = await openedSession()
    const { key } = await newKey('verify', 'introspect')
    for (const wrong of ['garbage', '', `${key}, ${key}`, `lks_${'A'.repeat(43)}`]) {
      expect(codeOf(await verify(accessToken, wrong))).toEqual([401, 'service_key_invalid'])
    }
    const answer = await verify(accessToken, (await newKey('introspect')).key)
    expect([...codeOf(answer), answer.body['requires']]).toEqual([403, 'insufficient_scope', 'verify'])
    expect(codeOf(await verify('garbage', key))).toEqual([401, 'access_token_invalid'])
  })

  it('goes on while Postgres is away, for a key that is known; for another one nobody knows', async () => {
    const { accessToken } = await openedSession()
    const { key } = await newKey('verify')
    // So that the instance has read of the key, and has a snapshot of the session.
    await expect.poll(() => countStoreCalls(() => verify(accessToken, key, b))).toMatchObject({ sql: [] })
    await proxy.set({ kind: 'refuse' })
    try {
      for (let second = 0; second < 3; second++) {
        expect((await verify(accessToken, key, b)).status).toBe(204)
        await new Promise(resolve => setTimeout(resolve, 1_000))
      }
      expect(codeOf(await verify(accessToken, `lks_${'A'.repeat(43)}`, b))).toEqual([
        503,
        'store_unavailable',
      ])
      expect(codeOf(await verify(accessToken, 'garbage', b))).toEqual([401, 'service_key_invalid'])
    } finally {
      await proxy.set({ kind: 'pass' })
    }
    await expect
      .poll(async () => codeOf(await verify(accessToken, `lks_${'A'.repeat(43)}`, b)))
      .toEqual([401, 'service_key_invalid'])
  })
})

describe('the table of service keys', () => {
  it('holds no key, and one live key a name', async () => {
    const { id, key, name } = await newKey('verify')
    const rows = await query<{ row: string }>(
      databaseUrl,
      'SELECT row_to_json(k)::text AS row FROM service_keys k',
    )
    expect(rows.some(({ row }) => row.includes(id))).toBe(true)
    expect(rows.some(({ row }) => row.includes(key.slice(4)))).toBe(false)
    const again = () => a.services.serviceKeys.create({ name, scopes: ['verify'] }, byCli)
    await expect(again()).rejects.toThrow(`a service key named ${name} already exists`)
    await a.services.serviceKeys.revoke(id, byCli)
    expect((await again()).id).not.toBe(id)
  })
})
