import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createVerifier } from '../../src/index.ts'
import { cookieName, issuer, type Latchkey, startLatchkey } from './latchkey.ts'
import { type Received, type Receiver, receivers } from './receivers.ts'

let latchkey: Latchkey
beforeAll(async () => {
  latchkey = await startLatchkey()
})
afterAll(() => latchkey.close())

const told = ({ status, body }: Received) => [status, body['code']]
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const cookie = (token: string) => ({ cookie: `${cookieName}=${token}` })

/** One contract for all. */
describe.each(Object.entries(receivers))('a service with %s', (_name, start) => {
  let service: Receiver
  beforeAll(async () => {
    const allowedOrigins = ['https://admin.example.test']
    service = await start(createVerifier({ url: latchkey.url, issuer, allowedOrigins }))
  })
  afterEach(() => latchkey.way.set({ kind: 'pass' }))
  afterAll(() => service.close())

  it('knows who is calling', async () => {
    const { accessToken, userId, sessionId } = await latchkey.signIn(['analyst'])
    const expected = {
      userId,
      sessionId,
      roles: ['analyst'],
      permissions: ['orders:read', 'view_reports'],
      clientType: 'web',
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      source: 'asked',
    }
    for (const headers of [bearer(accessToken), cookie(accessToken)]) {
      for (const path of ['/orders', '/reports']) {
        const answer = await service.send({ path, headers })
        expect([path, answer.status, answer.body]).toEqual([path, 200, expected])
      }
    }
  })

  it('refuses a request without a session, and says how to bring one', async () => {
    for (const path of ['/orders', '/reports']) {
      const answer = await service.send({ path, headers: {} })
      expect(told(answer)).toEqual([401, 'authentication_required'])
      expect(answer.headers['www-authenticate']).toBe('Bearer')
    }
    const garbage = await service.send({ path: '/orders', headers: bearer('x') })
    expect(told(garbage)).toEqual([401, 'access_token_invalid'])
    expect(garbage.headers['www-authenticate']).toBe('Bearer error="invalid_token"')
  })

  it('refuses a request with two Authorization headers, either of them valid', async () => {
    const { accessToken } = await latchkey.signIn()
    const authorization = [`Bearer ${accessToken}`, `Bearer ${accessToken}`]
    const answer = await service.send({ path: '/orders', headers: { authorization } })
    expect(told(answer)).toEqual([401, 'authentication_required'])
  })

  it('refuses a revoked device with its next request', async () => {
    const tokens = await latchkey.signIn()
    const ask = () => service.send({ path: '/orders', headers: cookie(tokens.accessToken) })
    expect((await ask()).status).toBe(200)
    await latchkey.revoke(tokens)
    expect(told(await ask())).toEqual([401, 'session_revoked'])
  })

  it('refuses a user without the permission, and names it', async () => {
    const { accessToken } = await latchkey.signIn(['clerk'])
    const answer = await service.send({ path: '/reports', headers: bearer(accessToken) })
    expect(told(answer)).toEqual([403, 'permission_denied'])
    expect(JSON.stringify(answer.body)).toContain('view_reports')
  })

  it('answers 503 and never 401 while Latchkey is down, and goes on when it is back', async () => {
    const { accessToken } = await latchkey.signIn(['analyst'])
    await latchkey.way.set({ kind: 'refuse' })
    for (const headers of [bearer(accessToken), cookie(accessToken), bearer('x')]) {
      for (const path of ['/orders', '/reports']) {
        const answer = await service.send({ path, headers })
        expect(told(answer)).toEqual([503, 'latchkey_unavailable'])
        expect(answer.headers['retry-after']).toBe('1')
        expect(answer.headers['www-authenticate']).toBeUndefined()
        expect(JSON.stringify(answer.body)).not.toContain('ECONNREFUSED')
      }
    }
    await latchkey.way.set({ kind: 'pass' })
    expect((await service.send({ path: '/orders', headers: bearer(accessToken) })).status).toBe(200)
  })

  it('refuses a POST with the cookie from a foreign page, and lets in one from its own', async () => {
    const { accessToken } = await latchkey.signIn()
    const post = (headers: Record<string, string>) =>
      service.send({ method: 'POST', path: '/orders', headers: { ...cookie(accessToken), ...headers } })
    const foreign = [
      {},
      { origin: 'https://evil.example.test' },
      { origin: 'https://evil.example.test', 'sec-fetch-site': 'same-site' },
      { origin: issuer, 'sec-fetch-site': 'cross-site' },
    ]
    for (const headers of foreign) {
      expect([headers, ...told(await post(headers))]).toEqual([headers, 403, 'csrf_rejected'])
    }
    const own = [
      { origin: issuer },
      { origin: issuer, 'sec-fetch-site': 'same-origin' },
      { origin: 'https://admin.example.test', 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of own) expect([headers, (await post(headers)).status]).toEqual([headers, 200])
  })

  it('refuses a cross-site request with the cookie that is not a link', async () => {
    const { accessToken } = await latchkey.signIn()
    const get = (mode: string) => {
      const headers = { ...cookie(accessToken), 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode }
      return service.send({ path: '/orders', headers })
    }
    expect(told(await get('no-cors'))).toEqual([403, 'csrf_rejected'])
    expect((await get('navigate')).status).toBe(200)
  })
})

/** Fastify's plugin throws, so that the application's own error handler answers. */
const answering = Object.entries(receivers).filter(([name]) => name !== 'Fastify 5')

describe.each(answering)('what a service with %s answers itself', (_name, start) => {
  it('is problem+json that nobody may keep', async () => {
    const service = await start(createVerifier({ url: latchkey.url, issuer }))
    const { headers, body } = await service.send({ path: '/orders', headers: {} })
    expect(headers['content-type']).toBe('application/problem+json')
    expect(headers['cache-control']).toBe('no-store')
    expect(body).toEqual({
      type: 'https://latchkey.dev/problems/authentication_required',
      title: 'Authentication is required',
      status: 401,
      code: 'authentication_required',
    })
    await service.close()
  })
})
