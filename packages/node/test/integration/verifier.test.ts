import { createServer, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { byCli } from '../../../../src/cli/actor.ts'
import { startInstance } from '../../../../test/support/service.ts'
import { listening } from '../../../../test/support/silent-server.ts'
import { createVerifier, type Verdict, type Verifier, type VerifierOptions } from '../../src/index.ts'
import { cookieName, issuer, type Latchkey, startLatchkey } from './latchkey.ts'

let latchkey: Latchkey
let verifier: Verifier
let states: string[]

beforeAll(async () => {
  latchkey = await startLatchkey()
})
beforeEach(() => {
  verifier = make()
  states = []
  verifier.on('state', state => states.push(state))
})
afterEach(async () => {
  await verifier.close()
  await latchkey.way.set({ kind: 'pass' })
})
afterAll(() => latchkey.close())

function make(options: Partial<VerifierOptions> = {}): Verifier {
  return createVerifier({ url: latchkey.url, issuer, ...options })
}

/** RFC 3339 of the token's own end. */
function endOf(token: string): string {
  const claims: { exp: number } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  return new Date(claims.exp * 1_000).toISOString()
}

function told(verdict: Verdict) {
  return verdict.kind === 'refused' ? [verdict.status, verdict.code] : verdict.kind
}

const local = { revocation: 'token-lifetime' } as const

describe('a verdict', () => {
  it('says who is signed in, as Latchkey knows it now', async () => {
    const { accessToken, userId, sessionId } = await latchkey.signIn(['analyst', 'odd'])
    expect(await verifier.verify(accessToken)).toEqual({
      kind: 'signed_in',
      userId,
      sessionId,
      roles: ['analyst', 'odd'],
      permissions: ['a, b', 'orders:read', 'view_reports'],
      clientType: 'web',
      expiresAt: endOf(accessToken),
      source: 'asked',
    })
  })

  it('has empty lists for a user without roles', async () => {
    const { accessToken } = await latchkey.signIn()
    expect(await verifier.verify(accessToken)).toMatchObject({ roles: [], permissions: [] })
  })

  it('is local by the published keys, without roles and permissions, which a token does not carry', async () => {
    const { accessToken, userId, sessionId } = await latchkey.signIn(['analyst'])
    expect(await verifier.verify(accessToken, local)).toEqual({
      kind: 'signed_in',
      userId,
      sessionId,
      roles: null,
      permissions: null,
      clientType: 'web',
      expiresAt: endOf(accessToken),
      source: 'local',
    })
  })

  it('refuses a revoked session with the next request when exact, and not before the token ends when local', async () => {
    const tokens = await latchkey.signIn()
    for (const how of [undefined, local]) {
      expect(told(await verifier.verify(tokens.accessToken, how))).toBe('signed_in')
    }
    await latchkey.revoke(tokens)
    const verdict = await verifier.verify(tokens.accessToken)
    expect(verdict).toMatchObject({ kind: 'refused', status: 401, code: 'session_revoked' })
    expect(verdict).toMatchObject({ headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
    expect(told(await verifier.verify(tokens.accessToken, local))).toBe('signed_in')
  })

  it('on a permission is asked for each time, by either way, and names the one that is missing', async () => {
    const tokens = await latchkey.signIn(['analyst'])
    const tokenLifetime = make(local)
    for (const asked of [verifier, tokenLifetime]) {
      const verdict = await asked.verify(tokens.accessToken, { permission: 'view_reports' })
      expect(verdict).toMatchObject({ kind: 'signed_in', source: 'asked' })
      expect(await asked.verify(tokens.accessToken, { permission: 'delete_reports' })).toMatchObject({
        status: 403,
        code: 'permission_denied',
        requires: 'delete_reports',
      })
    }
    await latchkey.instance.services.roles.change(tokens.userId, [], byCli)
    const taken = await tokenLifetime.verify(tokens.accessToken, { permission: 'view_reports' })
    expect(told(taken)).toEqual([403, 'permission_denied'])
  })

  it('is by the bearer token or the cookie of a request, and a Request will do', async () => {
    const { accessToken, sessionId } = await latchkey.signIn()
    const headers = [{ authorization: `Bearer ${accessToken}` }, { cookie: `${cookieName}=${accessToken}` }]
    for (const given of headers) {
      expect(await verifier.verify({ headers: given, method: 'GET' })).toMatchObject({ sessionId })
      const request = new Request('https://app.example.test/orders', { headers: given })
      expect(await verifier.verify(request)).toMatchObject({ sessionId })
    }
  })

  it('reads the cookie of a Latchkey with INSECURE_COOKIES under its other name only when told to', async () => {
    const { accessToken, sessionId } = await latchkey.signIn()
    const headers = { cookie: `latchkey_access=${accessToken}` }
    const insecure = make({ insecureCookies: true })
    expect(await insecure.verify({ headers, method: 'GET' })).toMatchObject({ sessionId })
    expect(told(await verifier.verify({ headers, method: 'GET' }))).toEqual([401, 'authentication_required'])
  })

  it('is a 429 with Retry-After for a session that asks too often, and has no limit with a service key', async () => {
    const limited = await startInstance({
      ...latchkey.environment,
      RATE_LIMITS: JSON.stringify({ session: { max: 1, windowSeconds: 600 } }),
    })
    try {
      const { accessToken } = await latchkey.signIn()
      const { key } = await latchkey.instance.services.serviceKeys.create(
        { name: 'verifier', scopes: ['verify'] },
        byCli,
      )
      const withKey = make({ url: limited.url, serviceKey: key })
      for (let time = 0; time < 3; time++) {
        expect(told(await withKey.verify(accessToken))).toBe('signed_in')
      }
      const without = make({ url: limited.url })
      expect(told(await without.verify(accessToken))).toBe('signed_in')
      const refused = await without.verify(accessToken)
      expect(told(refused)).toEqual([429, 'rate_limited'])
      expect(refused).toMatchObject({ headers: { 'retry-after': expect.stringMatching(/^\d+$/) } })
    } finally {
      await limited.close()
    }
  })
})

describe('an outage', () => {
  it.each(['refuse', 'reset', 'black_hole'] as const)('is unknown and never a refusal (%s)', async kind => {
    const { accessToken } = await latchkey.signIn(['analyst'])
    await latchkey.way.set({ kind })
    const tokens = [accessToken, `${accessToken.slice(0, -4)}AAAA`]
    const asked = tokens.flatMap(token => [
      verifier.verify(token),
      verifier.verify(token, { permission: 'view_reports' }),
      verifier.verify(token, local),
    ])
    for (const verdict of await Promise.all(asked)) {
      expect(verdict).toMatchObject({ kind: 'unknown', retryAfterSeconds: 1 })
    }
    await latchkey.way.set({ kind: 'pass' })
    expect(told(await verifier.verify(accessToken))).toBe('signed_in')
    expect(told(await verifier.verify(accessToken, local))).toBe('signed_in')
  })

  it('is told once to those who listen, and so is its end', async () => {
    const { accessToken } = await latchkey.signIn()
    expect(verifier.state).toBe('asking')
    await latchkey.way.set({ kind: 'refuse' })
    for (let time = 0; time < 2; time++) await verifier.verify(accessToken)
    expect(verifier.state).toBe('lost')
    // Garbage is refused without asking, which says nothing of Latchkey.
    await verifier.verify('=')
    await verifier.verify('x', local)
    expect(verifier.state).toBe('lost')
    await latchkey.way.set({ kind: 'pass' })
    // A refusal is an answer too.
    for (let time = 0; time < 2; time++)
      expect(told(await verifier.verify('x'))).toEqual([401, 'access_token_invalid'])
    expect(states).toEqual(['lost', 'asking'])
  })

  it('is told no more to a listener that has unsubscribed', async () => {
    const heard: string[] = []
    const unsubscribe = verifier.on('state', state => heard.push(state))
    await latchkey.way.set({ kind: 'refuse' })
    await verifier.verify('x')
    unsubscribe()
    await latchkey.way.set({ kind: 'pass' })
    await verifier.verify('x')
    expect([heard, states]).toEqual([['lost'], ['lost', 'asking']])
  })

  it('leaves keys that were fetched good for local verdicts, refusals included', async () => {
    const { accessToken } = await latchkey.signIn()
    await verifier.verify(accessToken, local)
    await latchkey.way.set({ kind: 'refuse' })
    expect(told(await verifier.verify(accessToken, local))).toBe('signed_in')
    expect(told(await verifier.verify(`${accessToken.slice(0, -4)}AAAA`, local))).toEqual([
      401,
      'access_token_invalid',
    ])
  })
})

describe('start', () => {
  it('waits until Latchkey has answered once', async () => {
    await latchkey.way.set({ kind: 'refuse' })
    let started = false
    const starting = verifier.start().then(() => {
      started = true
    })
    await expect.poll(() => verifier.state).toBe('lost')
    expect(started).toBe(false)
    await latchkey.way.set({ kind: 'pass' })
    await starting
    expect(verifier.state).toBe('asking')
  })

  it('with token-lifetime has the keys, so that verdicts need no Latchkey from then on', async () => {
    const { accessToken } = await latchkey.signIn()
    const tokenLifetime = make(local)
    await latchkey.way.set({ kind: 'refuse' })
    const starting = tokenLifetime.start()
    await expect.poll(() => tokenLifetime.state).toBe('lost')
    await latchkey.way.set({ kind: 'pass' })
    await starting
    await latchkey.way.set({ kind: 'refuse' })
    expect(told(await tokenLifetime.verify(accessToken))).toBe('signed_in')
  })

  it('fails at once for a service key that Latchkey does not know, or that may not verify', async () => {
    const { key } = await latchkey.instance.services.serviceKeys.create(
      { name: 'revoker', scopes: ['revoke'] },
      byCli,
    )
    await expect(make({ serviceKey: `lks_${'A'.repeat(43)}` }).start()).rejects.toThrow('service key')
    await expect(make({ serviceKey: key }).start()).rejects.toThrow('scope verify')
  })

  it('ends when the verifier is closed', async () => {
    await latchkey.way.set({ kind: 'refuse' })
    const starting = verifier.start()
    const ended = expect(starting).rejects.toThrow('closed')
    await expect.poll(() => verifier.state).toBe('lost')
    await verifier.close()
    await ended
  })
})

describe('a server that is not Latchkey', () => {
  const others: Server[] = []
  afterEach(() => {
    for (const other of others.splice(0)) other.close()
  })

  async function behind(status: number, headers: Record<string, string>, body: string): Promise<Verifier> {
    const other = createServer((_request, response) => response.writeHead(status, headers).end(body))
    others.push(other)
    return make({ url: `http://127.0.0.1:${await listening(other)}` })
  }

  const problem = { 'content-type': 'application/problem+json' }
  const ids = { 'x-user-id': 'u', 'x-session-id': 's' }

  it.each([
    ['a proxy that wants its own password', 401, { 'www-authenticate': 'Basic' }, ''],
    ['a page that needs a sign-in', 302, { location: '/login' }, ''],
    ['a page', 200, { 'content-type': 'text/html' }, '<html>'],
    ['a 204 without a user', 204, {}, ''],
    ['a 404', 404, problem, '{"code":"not_found"}'],
    ['an unknown code', 401, problem, '{"code":"x"}'],
    ['a code of a JavaScript object', 401, problem, '{"code":"constructor"}'],
    ['a known code with another status', 403, problem, '{"code":"session_revoked"}'],
    ['a known code in another media type', 401, {}, '{"code":"session_revoked"}'],
    ['broken JSON', 401, problem, '{'],
    ['a fault', 500, problem, '{"code":"internal_error"}'],
    ['a wrong service key', 401, problem, '{"code":"service_key_invalid"}'],
  ])('is unknown, and never a refusal: %s', async (_what, status, headers, body) => {
    const { accessToken } = await latchkey.signIn()
    const misled = await behind(status, headers, body)
    for (const how of [{}, local, { permission: 'p' }]) {
      expect(told(await misled.verify(accessToken, how))).toBe('unknown')
    }
  })

  it('is unknown when it sends the question elsewhere, whatever is answered there', async () => {
    const { accessToken } = await latchkey.signIn()
    const other = createServer(({ url }, response) => {
      const isFirst = url?.startsWith('/v1/verify') ?? false
      response.writeHead(isFirst ? 307 : 204, isFirst ? { location: '/elsewhere' } : ids).end()
    })
    others.push(other)
    const misled = make({ url: `http://127.0.0.1:${await listening(other)}` })
    expect(told(await misled.verify(accessToken))).toBe('unknown')
  })

  it('is unknown when it says yes to a token that is not one', async () => {
    const misled = await behind(204, ids, '')
    expect(told(await misled.verify('not-a-jwt'))).toBe('unknown')
  })

  it('may be an older Latchkey, which tells no permissions', async () => {
    const { accessToken } = await latchkey.signIn()
    const older = await behind(204, { ...ids, 'x-user-roles': 'clerk' }, '')
    expect(await older.verify(accessToken)).toMatchObject({ roles: ['clerk'], permissions: null })
  })

  it.each([
    ['7', 7],
    ['0', 1],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 1],
    ['99999999', 1],
  ])('says when to come again, if it says so in seconds: %s', async (retryAfter, seconds) => {
    const unavailable = await behind(
      503,
      { ...problem, 'retry-after': retryAfter },
      '{"code":"store_unavailable"}',
    )
    expect(await unavailable.verify('x')).toMatchObject({ kind: 'unknown', retryAfterSeconds: seconds })
  })
})
