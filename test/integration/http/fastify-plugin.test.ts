import { createServer, type Server } from 'node:http'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import latchkey, { callerOf } from '../../../packages/node/src/fastify.ts'
import type { VerifierOptions } from '../../../packages/node/src/index.ts'
import { byCli } from '../../../src/cli/actor.ts'
import { startProxy, type TcpProxy } from '../../fault/proxy.ts'
import { client, tokensOf } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { createUser, type Environment, type Instance, startInstance } from '../../support/service.ts'
import { listening } from '../../support/silent-server.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'
import { until } from '../../support/until.ts'

const issuer = 'https://sessions.example.test'
let environment: Environment
let instance: Instance
let way: TcpProxy
let service: FastifyInstance
let users = 0

beforeAll(async () => {
  environment = {
    DATABASE_URL: (await freshDatabase()).url,
    REDIS_URL: (await freshRedis()).url,
    ISSUER: issuer,
    PERMISSIONS: JSON.stringify({ analyst: ['view_reports'] }),
  }
  instance = await startInstance(environment)
  way = await startProxy(Number(new URL(instance.url).port))
})
beforeEach(async () => {
  service = await start()
})
afterEach(async () => {
  await service.close()
  await way.set({ kind: 'pass' })
})
afterAll(async () => {
  await way.close()
  await instance.close()
})

/** A service of somebody else; what it knows of Latchkey is this plugin. */
async function start(
  options: Partial<VerifierOptions> & { cacheSeconds?: number } = {},
): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(latchkey, { url: `http://127.0.0.1:${way.port}`, issuer, ...options })
  app.get('/asking', { onRequest: app.requireSession() }, request => callerOf(request))
  app.get('/locally', { onRequest: app.requireSession({ verify: 'locally' }) }, request => callerOf(request))
  app.get('/reports', { onRequest: app.requirePermission('view_reports') }, request => callerOf(request))
  app.get('/open', request => ({ caller: request.caller }))
  return app
}

async function signIn(roles: string[] = []) {
  const email = `plugin-${users++}@example.test`
  const userId = await createUser(instance.services, email, { roles })
  return { userId, ...(await client(instance.url).signIn(email)) }
}

async function get(path: string, token?: string, at = service) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const { statusCode, headers: answered, body } = await at.inject({ method: 'GET', url: path, headers })
  const parsed: Record<string, unknown> = JSON.parse(body)
  return { status: statusCode, headers: answered, body: parsed }
}

const told = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body['code']]

const unavailable = [503, 'latchkey_unavailable']
const both = ['/asking', '/locally'] as const

describe('a service with latchkey/fastify', () => {
  it('knows who is calling', async () => {
    const { accessToken, userId, sessionId } = await signIn(['analyst', 'clerk'])
    const asked = await get('/asking', accessToken)
    const expiresAt = expect.stringMatching(/^\d{4}-.*Z$/)
    const either = { userId, sessionId, clientType: 'web', expiresAt }
    const known = { roles: ['analyst', 'clerk'], permissions: ['view_reports'], source: 'asked' }
    expect(asked.body).toEqual({ ...either, ...known })
    const local = await get('/locally', accessToken)
    expect(local.body).toEqual({ ...either, roles: null, permissions: null, source: 'local' })
    expect((await get('/open')).body).toEqual({ caller: null })
  })

  it.each([...both, '/reports'])(
    'lets nobody into %s without a token, and says how to bring one',
    async path => {
      const answer = await get(path)
      expect(told(answer)).toEqual([401, 'authentication_required'])
      expect(answer.headers['www-authenticate']).toBe('Bearer')
      const twice = await service.inject({
        method: 'GET',
        url: path,
        headers: { authorization: 'Basic eDp5' },
      })
      expect(twice.statusCode).toBe(401)
    },
  )

  it.each(both)('lets nobody into %s with what is no access token of this Latchkey', async path => {
    const { accessToken, refreshToken } = await signIn()
    const [header = '', payload = '', signature = ''] = accessToken.split('.')
    const key = instance.services.keyRing.signing(instance.services.clock.now())
    if (key === undefined) throw new Error('no signing key')
    const claims: Record<string, unknown> = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    const garbage = {
      'a word': 'x',
      'a refresh token': refreshToken,
      'no signature': `${header}.${payload}.`,
      'another signature': `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      'alg none': `${none}.${payload}.`,
      'another key': `${header.slice(0, -6)}AAAAAA.${payload}.${signature}`,
      'another issuer': key.sign({ ...claims, iss: 'https://elsewhere.example.test' }),
      'another audience': key.sign({ ...claims, aud: 'elsewhere' }),
      'no session': key.sign({ ...claims, sid: undefined }),
      'no end': key.sign({ ...claims, exp: undefined }),
    }
    for (const [what, token] of Object.entries(garbage)) {
      const answer = await get(path, token)
      expect([what, ...told(answer)]).toEqual([what, 401, 'access_token_invalid'])
      expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"')
    }
    const ended = key.sign({ ...claims, exp: Math.floor(Date.now() / 1000) - 60 })
    expect(told(await get(path, ended))).toEqual([401, 'access_token_expired'])
  })

  it('has a revoked session out at once by asking, and says why; locally not before the token ends', async () => {
    const { accessToken } = await signIn()
    for (const path of both) expect((await get(path, accessToken)).status).toBe(200)
    await client(instance.url).call('POST', '/v1/auth/logout', { token: accessToken })
    expect(told(await get('/asking', accessToken))).toEqual([401, 'session_revoked'])
    expect((await get('/locally', accessToken)).status).toBe(200)
  })

  it('reads no cookie unless it is told to, as in 0.1', async () => {
    const { accessToken, userId } = await signIn()
    const headers = { cookie: `__Host-latchkey_access=${accessToken}` }
    expect((await service.inject({ url: '/asking', headers })).statusCode).toBe(401)
    const withCookies = await start({ cookies: true })
    expect((await withCookies.inject({ url: '/asking', headers })).json()).toMatchObject({ userId })
    await withCookies.close()
  })

  it('takes the token before the last refresh for the grace', async () => {
    const { accessToken, refreshToken } = await signIn()
    const next = tokensOf(await client(instance.url).refresh(refreshToken))
    for (const token of [accessToken, next.accessToken]) {
      for (const path of both) expect((await get(path, token)).status).toBe(200)
    }
  })

  it('lets in by permission, and names the one that is missing', async () => {
    const analyst = await signIn(['analyst'])
    const clerk = await signIn(['clerk'])
    expect((await get('/reports', analyst.accessToken)).body['roles']).toEqual(['analyst'])
    const refused = await get('/reports', clerk.accessToken)
    expect([...told(refused), refused.body['message']]).toEqual([
      403,
      'permission_denied',
      'Permission denied: view_reports',
    ])
    // Taken away, at once.
    await instance.services.roles.change(analyst.userId, [], byCli)
    expect(told(await get('/reports', analyst.accessToken))).toEqual([403, 'permission_denied'])
  })

  it('goes on across a rotation of the signing key, though it had fetched the keys before', async () => {
    const before = await signIn()
    expect((await get('/locally', before.accessToken)).status).toBe(200)
    await instance.services.maintenance.rotateSigningKey({ ...byCli, actor: 'test' })
    await query(
      environment['DATABASE_URL'] ?? '',
      `UPDATE signing_keys SET signs_from = clock_timestamp()
       WHERE signs_from = (SELECT max(signs_from) FROM signing_keys)`,
    )
    await instance.services.reload()
    const after = await signIn()
    // A second after the last fetch.
    await until('the new key is known', async () => (await get('/locally', after.accessToken)).status === 200)
    expect((await get('/locally', before.accessToken)).status).toBe(200)
  })
})

describe('while Latchkey is away', () => {
  it.each(['refuse', 'reset', 'black_hole'] as const)('a caller is told 503, never 401 (%s)', async kind => {
    const { accessToken } = await signIn()
    await way.set({ kind })
    const tokens = [accessToken, `${accessToken.slice(0, -4)}AAAA`]
    const answers = ['/asking', '/reports', '/locally'].flatMap(path => tokens.map(token => get(path, token)))
    for (const answer of await Promise.all(answers)) {
      expect(told(answer)).toEqual(unavailable)
      expect(answer.headers['retry-after']).toBe('1')
      expect(answer.headers['www-authenticate']).toBeUndefined()
    }
    await way.set({ kind: 'pass' })
    for (const path of both) expect((await get(path, accessToken)).status).toBe(200)
  })

  it('keys that were fetched go on judging, and what is wrong is still a 401', async () => {
    const { accessToken } = await signIn()
    await get('/locally', accessToken)
    await way.set({ kind: 'refuse' })
    expect((await get('/locally', accessToken)).status).toBe(200)
    expect(told(await get('/locally', `${accessToken.slice(0, -4)}AAAA`))).toEqual([
      401,
      'access_token_invalid',
    ])
  })
})

describe('what Latchkey says that is not about the caller', () => {
  const stubs: Server[] = []
  afterEach(() => {
    for (const stub of stubs.splice(0)) stub.close()
  })

  /** What stands where Latchkey should. */
  async function behind(
    status: number,
    headers: Record<string, string>,
    body = '',
  ): Promise<FastifyInstance> {
    const stub = createServer((_request, response) => response.writeHead(status, headers).end(body))
    stubs.push(stub)
    return await start({ url: `http://127.0.0.1:${await listening(stub)}` })
  }

  it.each([
    ['a proxy that wants its own password', 401, { 'www-authenticate': 'Basic' }, ''],
    ['a page that needs a sign-in', 302, { location: '/login' }, ''],
    ['a page', 200, { 'content-type': 'text/html' }, '<html>'],
    ['nothing of Latchkey’s', 204, {}, ''],
    ['a 404', 404, { 'content-type': 'application/problem+json' }, '{"code":"not_found"}'],
    ['an unknown code', 401, { 'content-type': 'application/problem+json' }, '{"code":"x"}'],
    ['broken JSON', 401, { 'content-type': 'application/problem+json' }, '{'],
    ['a fault', 500, { 'content-type': 'application/problem+json' }, '{"code":"internal_error"}'],
  ])('is a 503: %s', async (_what, status, headers, body) => {
    const app = await behind(status, headers, body)
    for (const path of ['/asking', '/reports', '/locally']) {
      const { accessToken } = await signIn()
      expect([path, ...told(await get(path, accessToken, app))]).toEqual([path, ...unavailable])
    }
    await app.close()
  })

  it('is a 503, with Latchkey’s own Retry-After, when it does not know', async () => {
    const problem = { 'content-type': 'application/problem+json', 'retry-after': '7' }
    const app = await behind(503, problem, '{"code":"store_unavailable"}')
    const answer = await get('/asking', 'x', app)
    expect([...told(answer), answer.headers['retry-after']]).toEqual([...unavailable, '7'])
    await app.close()
  })

  it('is a 503 when the service’s own key is wrong, or lacks the scope', async () => {
    const { accessToken } = await signIn()
    const { key } = await instance.services.serviceKeys.create(
      { name: 'plugin-a', scopes: ['revoke'] },
      byCli,
    )
    for (const serviceKey of [`lks_${'A'.repeat(43)}`, key]) {
      const app = await start({ serviceKey })
      expect(told(await get('/asking', accessToken, app))).toEqual(unavailable)
      await app.close()
    }
  })
})

describe('asking too often', () => {
  it('is the person’s 429, and no limit for a service with a key', async () => {
    const limited = await startInstance({
      ...environment,
      RATE_LIMITS: JSON.stringify({ session: { max: 2, windowSeconds: 600 } }),
    })
    const { key } = await instance.services.serviceKeys.create(
      { name: 'plugin-b', scopes: ['verify'] },
      byCli,
    )
    const without = await start({ url: limited.url })
    const withKey = await start({ url: limited.url, serviceKey: key })
    try {
      const { accessToken } = await signIn()
      for (let time = 0; time < 5; time++)
        expect((await get('/asking', accessToken, withKey)).status).toBe(200)
      for (let time = 0; time < 2; time++)
        expect((await get('/asking', accessToken, without)).status).toBe(200)
      const third = await get('/asking', accessToken, without)
      expect(told(third)).toEqual([429, 'rate_limited'])
      expect(third.headers['retry-after']).toMatch(/^\d+$/)
    } finally {
      await Promise.all([without.close(), withKey.close(), limited.close()])
    }
  })
})

describe('a service that keeps answers', () => {
  it('uses a yes again for as long as it was told to, and asks again after that', async () => {
    const app = await start({ cacheSeconds: 2 })
    const { accessToken } = await signIn(['analyst'])
    expect((await get('/asking', accessToken, app)).status).toBe(200)
    await client(instance.url).call('POST', '/v1/auth/logout', { token: accessToken })
    await way.set({ kind: 'refuse' })
    expect((await get('/asking', accessToken, app)).status).toBe(200)
    // The yes was to being signed in, not to the permission.
    expect(told(await get('/reports', accessToken, app))).toEqual(unavailable)
    await way.set({ kind: 'pass' })
    await until('it asks again', async () => (await get('/asking', accessToken, app)).status === 401)
    await app.close()
  })

  it('never uses a no again', async () => {
    const app = await start({ cacheSeconds: 60 })
    const { accessToken } = await signIn()
    await way.set({ kind: 'refuse' })
    expect(told(await get('/asking', accessToken, app))).toEqual(unavailable)
    await way.set({ kind: 'pass' })
    expect((await get('/asking', accessToken, app)).status).toBe(200)
    await app.close()
  })

  it('is refused at the start when it would keep them for minutes', async () => {
    await expect(start({ cacheSeconds: 600 })).rejects.toThrow(RangeError)
    await expect(start({ url: 'latchkey' })).rejects.toThrow(TypeError)
  })
})
