import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServiceKeyScope, serviceKeyScopes } from '../../../src/access/service-keys.ts'
import { byCli } from '../../../src/cli/actor.ts'
import { startProxy } from '../../fault/proxy.ts'
import { client, type Tokens } from '../../support/client.ts'
import { countStoreCalls } from '../../support/counted.ts'
import { query } from '../../support/database.ts'
import { freePort } from '../../support/port.ts'
import { createUser, type Environment, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

let instance: Instance
let environment: Environment
let databaseUrl: string
let users = 0
const keys = new Map<ServiceKeyScope, { name: string; key: string }>()

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  // Clients find the endpoints from the issuer, so it must be where the service really is.
  const port = await freePort()
  environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: (await freshRedis()).url,
    ISSUER: `http://127.0.0.1:${port}`,
    // So that it shows what goes to the stores.
    NEAR_CACHE_MAX_SESSIONS: '0',
  }
  instance = await startInstance(environment, port)
  for (const scope of serviceKeyScopes) {
    const name = `a.service-for_${scope.replace(':', '-')}`
    keys.set(scope, { name, key: await newKey(name, scope) })
  }
})
afterAll(() => instance.close())

async function newKey(name: string, scope: ServiceKeyScope): Promise<string> {
  return (await instance.services.serviceKeys.create({ name, scopes: [scope] }, byCli)).key
}

function keyFor(scope: ServiceKeyScope) {
  const key = keys.get(scope)
  if (key === undefined) throw new Error(`no key for ${scope}`)
  return key
}

const api = () => client(instance.url)

async function signIn(roles: string[] = []): Promise<Tokens & { userId: string }> {
  const email = `oauth-${users++}@example.test`
  const userId = await createUser(instance.services, email, { roles })
  return { userId, ...(await api().signIn(email)) }
}

function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  return api().call('POST', path, { form, headers })
}

function basic(name: string, secret: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` }
}

const refresh = (refreshToken: string, more: Record<string, string> = {}) =>
  post('/v1/token', { grant_type: 'refresh_token', refresh_token: refreshToken, ...more })

const introspect = (token: string) =>
  api().call('POST', '/v1/introspect', { form: { token }, token: keyFor('introspect').key })

const revoke = (token: string) =>
  api().call('POST', '/v1/revoke', { form: { token }, token: keyFor('revoke').key })

describe('oauth4webapi, which another author wrote,', () => {
  const insecure = { [oauth.allowInsecureRequests]: true } as const
  const app: oauth.Client = { client_id: 'web', token_endpoint_auth_method: 'none' }

  async function server(): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(instance.url)
    const answer = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
    return await oauth.processDiscoveryResponse(issuer, answer)
  }

  it('finds the endpoints from the issuer', async () => {
    expect(await server()).toMatchObject({
      issuer: instance.url,
      jwks_uri: `${instance.url}/.well-known/jwks.json`,
      token_endpoint: `${instance.url}/v1/token`,
      introspection_endpoint: `${instance.url}/v1/introspect`,
      revocation_endpoint: `${instance.url}/v1/revoke`,
      grant_types_supported: ['refresh_token'],
    })
  })

  it('refreshes, and takes the answer', async () => {
    const before = await signIn()
    const as = await server()
    const request = () => oauth.refreshTokenGrantRequest(as, app, oauth.None(), before.refreshToken, insecure)
    const pair = await oauth.processRefreshTokenResponse(as, app, await request())
    expect(pair.token_type).toBe('bearer')
    expect(pair.expires_in).toBeGreaterThan(800)
    expect((await api().verify(pair.access_token)).status).toBe(204)
    // A lost answer: the very same pair again.
    const again = await oauth.processRefreshTokenResponse(as, app, await request())
    expect([again.access_token, again.refresh_token]).toEqual([pair.access_token, pair.refresh_token])
  })

  it('is told invalid_grant for what is over', async () => {
    const { refreshToken } = await signIn()
    await revoke(refreshToken)
    const as = await server()
    const answer = await oauth.refreshTokenGrantRequest(as, app, oauth.None(), refreshToken, insecure)
    const refused = await oauth.processRefreshTokenResponse(as, app, answer).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(oauth.ResponseBodyError)
    expect(refused).toMatchObject({ error: 'invalid_grant', status: 400 })
  })

  it('introspects and revokes with a service key as the secret of HTTP Basic', async () => {
    const { accessToken, refreshToken, sessionId, userId } = await signIn(['admin'])
    const as = await server()
    const asks = keyFor('introspect')
    const ends = keyFor('revoke')
    const ask = async (token: string) => {
      const service = { client_id: asks.name }
      const secret = oauth.ClientSecretBasic(asks.key)
      const answer = await oauth.introspectionRequest(as, service, secret, token, insecure)
      return await oauth.processIntrospectionResponse(as, service, answer)
    }
    expect(await ask(accessToken)).toMatchObject({ active: true, sub: userId, sid: sessionId })
    expect(await ask(refreshToken)).toMatchObject({ active: true, token_type: 'refresh_token' })
    const answer = await oauth.revocationRequest(
      as,
      { client_id: ends.name },
      oauth.ClientSecretBasic(ends.key),
      refreshToken,
      insecure,
    )
    await oauth.processRevocationResponse(answer)
    expect([await ask(accessToken), await ask(refreshToken)]).toEqual([{ active: false }, { active: false }])
  })

  it('is told of a wrong secret by a challenge', async () => {
    const as = await server()
    const service = { client_id: keyFor('introspect').name }
    const secret = oauth.ClientSecretBasic(keyFor('revoke').key)
    const answer = await oauth.introspectionRequest(as, service, secret, 'x', insecure)
    const refused = await oauth
      .processIntrospectionResponse(as, service, answer)
      .catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(oauth.WWWAuthenticateChallengeError)
    expect(refused).toMatchObject({ status: 401, cause: [{ scheme: 'basic' }] })
  })

  it('judges an access token by the published keys, as a resource server of RFC 9068', async () => {
    const { accessToken, userId } = await signIn()
    const request = new Request('http://api.example.test/', {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    const claims = await oauth.validateJwtAccessToken(await server(), request, 'latchkey', insecure)
    expect(claims).toMatchObject({ sub: userId, client_id: 'web' })
  })
})

describe('openid-client, which another author wrote,', () => {
  it('discovers, refreshes, introspects and revokes', async () => {
    const { accessToken, refreshToken, sessionId } = await signIn()
    const discover = (name: string, authentication: openid.ClientAuth) =>
      openid.discovery(new URL(instance.url), name, undefined, authentication, {
        algorithm: 'oauth2',
        execute: [openid.allowInsecureRequests],
      })
    const app = await discover('web', openid.None())
    const pair = await openid.refreshTokenGrant(app, refreshToken)
    expect(pair.access_token).not.toBe(accessToken)

    const [asks, ends] = [keyFor('introspect'), keyFor('revoke')]
    const asking = await discover(asks.name, openid.ClientSecretBasic(asks.key))
    expect(await openid.tokenIntrospection(asking, pair.access_token)).toMatchObject({
      active: true,
      sid: sessionId,
    })
    const ending = await discover(ends.name, openid.ClientSecretBasic(ends.key))
    await openid.tokenRevocation(ending, pair.access_token)
    expect(await openid.tokenIntrospection(asking, pair.access_token)).toEqual({ active: false })
    await expect(openid.refreshTokenGrant(app, pair.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })
})

describe('jose, which another author wrote,', () => {
  it('verifies across a rotation of the signing key, with one key set all the while', async () => {
    const published = createRemoteJWKSet(new URL(`${instance.url}/.well-known/jwks.json`), {
      cooldownDuration: 0,
    })
    const check = (token: string) =>
      jwtVerify(token, published, { issuer: instance.url, audience: 'latchkey', typ: 'at+jwt' })
    const before = await signIn()
    await check(before.accessToken)

    await instance.services.maintenance.rotateSigningKey({ ...byCli, actor: 'test' })
    // Its ten minutes are over.
    await query(
      databaseUrl,
      `UPDATE signing_keys SET signs_from = clock_timestamp()
       WHERE signs_from = (SELECT max(signs_from) FROM signing_keys)`,
    )
    await instance.services.reload()

    const after = await signIn()
    const kids = [before, after].map(({ accessToken }) => decodeProtectedHeader(accessToken).kid)
    expect(new Set(kids).size).toBe(2)
    expect((await check(after.accessToken)).payload.sub).toBe(after.userId)
    expect((await check(before.accessToken)).payload.sub).toBe(before.userId)
    const { headers } = await api().call('GET', '/.well-known/jwks.json')
    expect(headers.get('cache-control')).toBe('public, max-age=300')
  })
})

describe('POST /v1/token', () => {
  it('answers exactly what RFC 6749 names, and lets nobody keep it', async () => {
    const { refreshToken } = await signIn()
    const { status, body, headers } = await refresh(refreshToken)
    expect(status).toBe(200)
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'refresh_token', 'token_type'])
    expect(body['token_type']).toBe('Bearer')
    expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache'])
  })

  it('exchanges as POST /v1/auth/refresh does: of 60 at once by either way all get one pair', async () => {
    const { refreshToken } = await signIn()
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const { body } = at % 2 === 0 ? await refresh(refreshToken) : await api().refresh(refreshToken)
        return body['refresh_token'] ?? body['refreshToken']
      }),
    )
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toMatch(/^lkr_/)
  })

  it('ends the session of a token that comes back two generations later, and says invalid_grant', async () => {
    const { refreshToken } = await signIn()
    const second = await refresh(refreshToken)
    const third = await refresh(String(second.body['refresh_token']))
    const reused = await refresh(refreshToken)
    expect([reused.status, reused.body['error'], reused.body['code']]).toEqual([
      400,
      'invalid_grant',
      'refresh_token_reused',
    ])
    expect(reused.headers.get('content-type')).toBe('application/json')
    expect((await api().verify(String(third.body['access_token']))).status).toBe(401)
    const after = await refresh(String(third.body['refresh_token']))
    expect([after.body['error'], after.body['code']]).toEqual(['invalid_grant', 'session_revoked'])
  })

  it.each([
    ['no grant type', { refresh_token: 'x' }, 'invalid_request'],
    ['no token', { grant_type: 'refresh_token' }, 'invalid_request'],
    ['an empty token', { grant_type: 'refresh_token', refresh_token: '' }, 'invalid_request'],
    ['another grant', { grant_type: 'password', username: 'x', password: 'y' }, 'unsupported_grant_type'],
    ['a scope', { grant_type: 'refresh_token', refresh_token: 'x', scope: 'openid' }, 'invalid_scope'],
    ['garbage', { grant_type: 'refresh_token', refresh_token: 'x' }, 'invalid_grant'],
    [
      'a long token of another issuer',
      { grant_type: 'refresh_token', refresh_token: 'x'.repeat(3_000) },
      'invalid_grant',
    ],
  ])('refuses %s in the words of the RFC', async (_what, form, error) => {
    const answer = await post('/v1/token', form)
    expect([answer.status, answer.body['error']]).toEqual([400, error])
    expect(answer.body['error_description']).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(answer.headers.get('www-authenticate')).toBeNull()
  })

  it('takes a form and nothing else, and no parameter twice', async () => {
    const { refreshToken } = await signIn()
    const json = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const asJson = await api().call('POST', '/v1/token', { body: json })
    expect([asJson.status, asJson.body['error']]).toEqual([415, 'invalid_request'])
    const response = await fetch(`${instance.url}/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
      body: `grant_type=refresh_token&grant_type=refresh_token&refresh_token=${refreshToken}`,
    })
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }])
    expect((await refresh(refreshToken, { client_id: 'web', unknown: 'x' })).status).toBe(200)
  })

  it('refuses a client that authenticates and is not who it says, and spends nothing', async () => {
    const { refreshToken } = await signIn()
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const { name, key } = keyFor('introspect')
    for (const headers of [
      basic('somebody', 'secret'),
      basic('somebody', key),
      { authorization: 'Basic !' },
    ]) {
      const refused = await post('/v1/token', form, headers)
      expect([refused.status, refused.body['error']]).toEqual([401, 'invalid_client'])
      expect(refused.headers.get('www-authenticate')).toBe('Basic realm="latchkey"')
    }
    expect((await introspect(refreshToken)).body['active']).toBe(true)
    expect((await post('/v1/token', form, basic(name, key))).status).toBe(200)
  })

  it('is limited like any exchange: garbage by its address, rotations by the session, with a 429', async () => {
    const limited = await startInstance({
      ...environment,
      RATE_LIMITS: JSON.stringify({
        refresh_session: { max: 2, windowSeconds: 600 },
        refresh_address: { max: 1, windowSeconds: 600 },
      }),
    })
    try {
      const at = client(limited.url)
      const exchange = (refresh_token: string) =>
        at.call('POST', '/v1/token', { form: { grant_type: 'refresh_token', refresh_token } })
      expect((await exchange('x')).status).toBe(400)
      const garbage = await exchange('x')
      expect([garbage.status, garbage.body['error']]).toEqual([429, 'temporarily_unavailable'])
      expect(Number(garbage.headers.get('retry-after'))).toBeGreaterThan(0)
      let { refreshToken } = await signIn()
      for (let rotation = 0; rotation < 2; rotation++) {
        refreshToken = String((await exchange(refreshToken)).body['refresh_token'])
      }
      const third = await exchange(refreshToken)
      expect([third.status, third.body['code']]).toEqual([429, 'rate_limited'])
      expect((await introspect(refreshToken)).body['active']).toBe(true)
    } finally {
      await limited.close()
    }
  })
})

describe('POST /v1/introspect', () => {
  it('tells of an access token what its claims and its user are, by form and by JSON', async () => {
    const { accessToken, sessionId, userId } = await signIn(['admin'])
    const byForm = await introspect(accessToken)
    const byJson = await api().call('POST', '/v1/introspect', {
      body: { token: accessToken, token_type_hint: 'refresh_token' },
      token: keyFor('introspect').key,
    })
    expect(byForm.body).toEqual({
      active: true,
      sub: userId,
      sid: sessionId,
      scope: 'audit:read sessions:cleanup sessions:read sessions:revoke users:manage users:read users:unlock',
      exp: expect.any(Number),
      iat: expect.any(Number),
      iss: instance.url,
      aud: 'latchkey',
      token_type: 'Bearer',
      client_id: 'web',
    })
    expect(byJson.body).toEqual(byForm.body)
    expect(byForm.headers.get('cache-control')).toBe('no-store')
  })

  it('calls a refresh token active while it is the current one, and never spends it', async () => {
    const { refreshToken, sessionId, userId } = await signIn(['admin'])
    for (let time = 0; time < 3; time++) {
      expect((await introspect(refreshToken)).body).toEqual({
        active: true,
        sub: userId,
        sid: sessionId,
        scope: '',
        exp: expect.any(Number),
        iat: expect.any(Number),
        iss: instance.url,
        aud: instance.url,
        token_type: 'refresh_token',
        client_id: 'web',
      })
    }
    const { body } = await refresh(refreshToken)
    // Spent, and asked about twice over: that is no reuse.
    expect((await introspect(refreshToken)).body).toEqual({ active: false })
    await refresh(String(body['refresh_token']))
    expect((await introspect(refreshToken)).body).toEqual({ active: false })
    expect((await api().verify(String(body['access_token']))).status).toBe(204)
  })

  it('costs what verify costs: one round trip to Redis for a known access token, nothing at all for garbage', async () => {
    const { accessToken, refreshToken } = await signIn()
    await introspect(accessToken)
    const known = await countStoreCalls(() => introspect(accessToken))
    expect([known.result.body['active'], known.sql, known.redis]).toEqual([true, [], ['mget']])
    const current = await countStoreCalls(() => introspect(refreshToken))
    expect([current.result.body['active'], current.sql.length, current.redis]).toEqual([true, 1, []])
    for (const token of ['x', 'a.b.c', `lkr_${'A'.repeat(114)}`]) {
      const garbage = await countStoreCalls(() => introspect(token))
      expect([garbage.sql, garbage.redis]).toEqual([[], []])
    }
  })

  it('calls the newest refresh token active after the database has lost its rotation, unless it was revoked', async () => {
    const { refreshToken, sessionId } = await signIn()
    await query(
      databaseUrl,
      `CREATE TABLE before_rotation AS SELECT * FROM user_sessions WHERE id = '${sessionId}'`,
    )
    const newest = String((await refresh(refreshToken)).body['refresh_token'])
    const rewind = () =>
      query(
        databaseUrl,
        `UPDATE user_sessions s SET rotation = b.rotation, refresh_token_hash = b.refresh_token_hash,
           previous_refresh_token_hash = b.previous_refresh_token_hash, successor_sealed = b.successor_sealed,
           revoked_at = null, revoked_reason = null
         FROM before_rotation b WHERE s.id = b.id`,
      )
    await rewind()
    expect((await introspect(newest)).body['active']).toBe(true)
    await revoke(newest)
    await rewind()
    expect((await introspect(newest)).body).toEqual({ active: false })
  })

  it('says exactly {active: false} of anything else', async () => {
    const { accessToken, refreshToken } = await signIn()
    await revoke(accessToken)
    const forged = accessToken.slice(0, -2)
    // Of other issuers there are longer ones than ours.
    const long = `${accessToken}${'A'.repeat(6_000)}`
    const ours = [accessToken, refreshToken, forged]
    for (const token of [...ours, 'x', 'a.b.c', `lkr_${'A'.repeat(114)}`, '🦊', long, `lkr_${long}`]) {
      const { status, body } = await introspect(token)
      expect([status, body]).toEqual([200, { active: false }])
    }
  })

  it('is not limited for a service, where the person would be', async () => {
    const limited = await startInstance({
      ...environment,
      RATE_LIMITS: JSON.stringify({
        session: { max: 1, windowSeconds: 600 },
        anonymous_address: { max: 1, windowSeconds: 600 },
      }),
    })
    try {
      const { accessToken } = await signIn()
      for (let time = 0; time < 5; time++) {
        const { status } = await client(limited.url).call('POST', '/v1/introspect', {
          form: { token: accessToken },
          token: keyFor('introspect').key,
        })
        expect(status).toBe(200)
      }
    } finally {
      await limited.close()
    }
  })

  it('takes the key by HTTP Basic only under its own name, and only with the scope', async () => {
    const { name, key } = keyFor('introspect')
    const as = (headers: Record<string, string>) => post('/v1/introspect', { token: 'x' }, headers)
    expect((await as(basic(name, key))).status).toBe(200)
    const refused = await as(basic('another', key))
    expect([refused.status, refused.body['error'], refused.body['code']]).toEqual([
      401,
      'invalid_client',
      'service_key_invalid',
    ])
    const other = keyFor('revoke')
    const lacking = await as(basic(other.name, other.key))
    expect([lacking.status, lacking.body['error'], lacking.body['requires']]).toEqual([
      403,
      'insufficient_scope',
      'introspect',
    ])
    const nobody = await as({})
    expect([nobody.status, nobody.body['code'], nobody.headers.get('www-authenticate')]).toEqual([
      401,
      'authentication_required',
      'Bearer',
    ])
  })
})

describe('POST /v1/revoke', () => {
  it.each(['accessToken', 'refreshToken'] as const)('ends the session of its %s at once', async kind => {
    const tokens = await signIn()
    const { status, headers } = await revoke(tokens[kind])
    expect([status, headers.get('content-length')]).toEqual([200, '0'])
    const verified = await api().verify(tokens.accessToken)
    expect([verified.body['code'], verified.body['reason']]).toEqual(['session_revoked', 'token_revoked'])
    expect((await api().refresh(tokens.refreshToken)).body['code']).toBe('session_revoked')
    // A second time, and the audit log says who it was.
    expect((await revoke(tokens[kind])).status).toBe(200)
    const events = await query<{ actor: string }>(
      databaseUrl,
      `SELECT actor FROM security_events WHERE session_id = $1 AND type = 'session_revoked'`,
      [tokens.sessionId],
    )
    expect(events).toEqual([{ actor: `service:${keyFor('revoke').name}` }])
  })

  it('ends the session of a token that is of no other use any more', async () => {
    const first = await signIn()
    const second = await api().refresh(first.refreshToken)
    await api().refresh(String(second.body['refreshToken']))
    for (const token of [first.refreshToken, first.accessToken])
      expect((await revoke(token)).status).toBe(200)
    expect((await api().verify(String(second.body['accessToken']))).body['code']).toBe('session_revoked')
  })

  it('is a 200 for what is no token of ours, and ends nothing', async () => {
    const { accessToken, refreshToken } = await signIn()
    const altered = `${refreshToken.slice(0, 60)}${refreshToken[60] === 'A' ? 'B' : 'A'}${refreshToken.slice(61)}`
    for (const token of ['x', 'a.b.c', accessToken.slice(0, -3), altered, 'A'.repeat(7_000)]) {
      expect((await revoke(token)).status).toBe(200)
    }
    expect((await api().verify(accessToken)).status).toBe(204)
    expect((await refresh(refreshToken)).status).toBe(200)
  })
})

describe('while Postgres is away', () => {
  it('nothing is inactive, over, or revoked: it is a 503, and afterwards all is as it was', async () => {
    const proxy = await startProxy(Number(new URL(databaseUrl).port))
    const behind = new URL(databaseUrl)
    behind.port = String(proxy.port)
    const { REDIS_URL: _, ...withoutRedis } = environment
    const alone = await startInstance({ ...withoutRedis, DATABASE_URL: behind.href })
    try {
      const at = client(alone.url)
      const { accessToken, refreshToken } = await signIn()
      const asks = (path: string, form: Record<string, string>, scope?: ServiceKeyScope) =>
        at.call('POST', path, { form, ...(scope === undefined ? {} : { token: keyFor(scope).key }) })
      const all = () => [
        asks('/v1/introspect', { token: accessToken }, 'introspect'),
        asks('/v1/introspect', { token: refreshToken }, 'introspect'),
        asks('/v1/token', { grant_type: 'refresh_token', refresh_token: refreshToken }),
        asks('/v1/revoke', { token: refreshToken }, 'revoke'),
        asks('/v1/revoke', { token: accessToken }, 'revoke'),
      ]
      await proxy.set({ kind: 'refuse' })
      for (const answer of await Promise.all(all())) {
        expect([answer.status, answer.body['error']]).toEqual([503, 'temporarily_unavailable'])
        expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
      }
      await proxy.set({ kind: 'pass' })
      await expect.poll(async () => (await introspect(refreshToken)).body['active']).toBe(true)
      expect((await refresh(refreshToken)).status).toBe(200)
    } finally {
      await alone.close()
      await proxy.close()
    }
  })
})
