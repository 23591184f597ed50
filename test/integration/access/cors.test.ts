import { existsSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { builtConsole } from '../../../src/http/console/pages.ts'
import { securityHeaders } from '../../../src/http/conventions/security-headers.ts'
import { bodyOf } from '../../support/browser-call.ts'
import { client } from '../../support/client.ts'
import { type Answer, call, parseAnswer, rawExchange } from '../../support/conventions-app.ts'
import { createUser, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const stores = { DATABASE_URL: (await freshDatabase()).url, REDIS_URL: (await freshRedis()).url }
const listed = 'https://app.example.com'
const instance = await startInstance({
  ...stores,
  ALLOWED_ORIGINS: `${listed},https://example.com:8443`,
  RATE_LIMITS: '{"anonymous_address":{"max":20,"windowSeconds":600}}',
})
const closed = await startInstance(stores)
const port = Number(new URL(instance.url).port)
afterAll(() => Promise.all([instance.close(), closed.close()]))

const unlisted = [
  'https://evil.example',
  'null',
  '*',
  'https://app.example.com.evil.example',
  'https://evil-app.example.com',
  'https://sub.app.example.com',
  'https://app.example.com:8443',
  'http://app.example.com',
  'https://example.com',
  'https://APP.example.com',
  'https://app.example.com/',
  '',
]

const corsHeaders = (answer: Answer) =>
  Object.keys(answer.headers).filter(name => name.startsWith('access-control-'))

const preflight = (origin: string, path: string, method = 'POST', at = port) =>
  call(at, 'OPTIONS', path, { headers: { origin, 'access-control-request-method': method } })

function expectReadableBy(answer: Answer, origin: string): void {
  expect(answer.headers['access-control-allow-origin']).toBe(origin)
  expect(answer.headers['access-control-allow-credentials']).toBe('true')
  expect(answer.headers.vary).toBe('Origin')
}

describe('a page of an origin in ALLOWED_ORIGINS', () => {
  it('gets its preflight answered for our methods and headers', async () => {
    const answer = await preflight(listed, '/v1/sessions/0198c0de-0000-7000-8000-000000000000', 'DELETE')
    expect([answer.status, answer.text]).toEqual([204, ''])
    expectReadableBy(answer, listed)
    expect(answer.headers).toMatchObject({
      'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
      'access-control-allow-headers': 'authorization, content-type, x-request-id',
      'access-control-max-age': '600',
      ...securityHeaders,
    })
  })

  it('may read answers with credentials, and the headers that it needs', async () => {
    await createUser(instance.services, 'cors@example.test')
    const { accessToken } = await client(instance.url).signIn('cors@example.test')
    for (const origin of [listed, 'https://example.com:8443']) {
      const headers = { origin, authorization: `Bearer ${accessToken}` }
      const answer = await call(port, 'GET', '/v1/auth/session', { headers })
      expect(answer.status).toBe(200)
      expectReadableBy(answer, origin)
      const exposed = 'retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset, x-request-id'
      expect(answer.headers['access-control-expose-headers']).toBe(exposed)
    }
  })

  it('may read why it was refused', async () => {
    const headers = { origin: listed }
    const refused: [number, Answer][] = [
      [400, await call(port, 'POST', '/v1/auth/login', { headers, json: {} })],
      [401, await call(port, 'GET', '/v1/sessions', { headers })],
      [404, await call(port, 'GET', '/v1/nothing', { headers })],
      [405, await call(port, 'PUT', '/v1/sessions', { headers })],
      [415, await call(port, 'POST', '/v1/auth/login', { headers, body: 'x' })],
      [413, await call(port, 'POST', '/v1/auth/login', { headers, json: { email: 'x'.repeat(70_000) } })],
    ]
    for (const [status, answer] of refused) {
      expect(answer.status).toBe(status)
      expectReadableBy(answer, listed)
      expect(answer.headers).toMatchObject(securityHeaders)
      expect(answer.headers['content-type']).toBe('application/problem+json')
    }
  })

  it('may read that it came too often, and when it may come again', async () => {
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => call(port, 'GET', '/v1/sessions', { headers: { origin: listed } })),
    )
    const limited = answers.filter(({ status }) => status === 429)
    expect(limited.length).toBeGreaterThanOrEqual(4)
    for (const answer of limited) {
      expectReadableBy(answer, listed)
      expect(answer.headers).toMatchObject({ ...securityHeaders, 'ratelimit-limit': '20' })
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(590)
    }
  })
})

describe('any other page', () => {
  it.each(unlisted)('at %j may read nothing, and is told nothing', async origin => {
    for (const path of ['/v1/auth/session', '/v1/nothing']) {
      const answer = await call(port, 'GET', path, { headers: { origin } })
      expect(corsHeaders(answer)).toEqual([])
      expect(answer.headers.vary).toBe('Origin')
    }
    const asked = await preflight(origin, '/v1/sessions')
    expect(corsHeaders(asked)).toEqual([])
    expect([asked.status, asked.headers.allow]).toEqual([405, 'DELETE, GET, HEAD'])
    expect(asked.headers).toMatchObject(securityHeaders)
  })
})

describe('requests without an origin', () => {
  it('are told by Vary alone that others get another answer', async () => {
    const answer = await call(port, 'GET', '/v1/sessions')
    expect(answer.headers.vary).toBe('Origin')
    expect(corsHeaders(answer)).toEqual([])
  })
})

describe('verify, which no page calls', () => {
  it('is spared the headers', async () => {
    const { headers } = await call(port, 'GET', '/v1/verify', { headers: { origin: listed } })
    expect(Object.keys(headers).filter(name => /^(access-control-|vary$)/.test(name))).toEqual([])
  })
})

describe('OPTIONS', () => {
  it.each([
    ['/v1/auth/login', 'POST'],
    ['/v1/sessions', 'DELETE, GET, HEAD'],
    ['/v1/verify', 'GET, HEAD'],
  ])('of %s, when it is no preflight, is a 405 that allows %s', async (path, allow) => {
    for (const headers of [{}, { origin: listed }, { 'access-control-request-method': 'POST' }]) {
      const answer = await call(port, 'OPTIONS', path, { headers })
      expect([answer.status, answer.headers.allow]).toEqual([405, allow])
      expect(bodyOf(answer)['code']).toBe('method_not_allowed')
      expect(answer.headers).toMatchObject(securityHeaders)
    }
  })

  it('of a path that is not there is a 404, also as a preflight', async () => {
    expect(bodyOf(await call(port, 'OPTIONS', '/v1/nothing'))['code']).toBe('not_found')
    expect(bodyOf(await preflight(listed, '/v1/nothing'))['code']).toBe('not_found')
    const whole = 'OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'
    // The same without a console; with one the root exists, and takes no OPTIONS.
    expect(parseAnswer(await rawExchange(port, whole)).status).toBe(existsSync(builtConsole) ? 405 : 404)
  })

  it('does not make other wrong methods look right', async () => {
    const answer = await call(port, 'PUT', '/v1/auth/login')
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
  })
})

describe('without ALLOWED_ORIGINS', () => {
  it('no answer says anything about origins', async () => {
    const at = Number(new URL(closed.url).port)
    const answers = [
      await call(at, 'GET', '/v1/sessions', { headers: { origin: listed } }),
      await preflight(listed, '/v1/sessions', 'GET', at),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 405])
    for (const { headers } of answers) {
      expect(Object.keys(headers).filter(name => /^(access-control-|vary$)/.test(name))).toEqual([])
    }
  })
})

describe('the log', () => {
  const warnings = (logLines: readonly string[]) =>
    logLines.map(line => JSON.parse(line)).filter(({ msg }) => /origins? rejected|rejected origins/.test(msg))

  it('has one warning for each rejected origin, and none for what is allowed, our own or not from a page', async () => {
    const fresh = await startInstance({
      ...stores,
      ALLOWED_ORIGINS: listed,
      ISSUER: 'https://auth.example.com',
    })
    const at = Number(new URL(fresh.url).port)
    const from = (origin: string, path = '/v1/sessions', headers = {}) =>
      call(at, 'GET', path, { headers: { origin, ...headers } })
    for (const _ of [1, 2]) {
      await from('https://other.example')
      await preflight('http://localhost:5173', '/v1/auth/login', 'POST', at)
    }
    await from(listed)
    await from('https://auth.example.com')
    await from(`http://127.0.0.1:${at}`)
    await from('https://behind-a-proxy.example', '/v1/sessions', { 'sec-fetch-site': 'same-origin' })
    await from('https://called-through-a-gateway.example', '/v1/verify')
    await from('https://a.example/\u00e9 forged')
    expect(warnings(fresh.logLines)).toMatchObject([
      { level: 'warn', origin: 'https://other.example', remedy: expect.stringContaining('ALLOWED_ORIGINS') },
      { level: 'warn', origin: 'http://localhost:5173' },
    ])
    await fresh.close()
  })

  it('names twenty rejected origins, and then says that it names no more', async () => {
    const fresh = await startInstance(stores)
    const at = Number(new URL(fresh.url).port)
    for (let number = 0; number < 25; number++) {
      await call(at, 'GET', '/v1/sessions', { headers: { origin: `https://forged-${number}.example` } })
    }
    const logged = warnings(fresh.logLines)
    expect(logged.length).toBe(21)
    expect(logged.at(-1)).toMatchObject({ msg: 'further rejected origins are not logged' })
    await fresh.close()
  })
})

describe('every port of this machine in ALLOWED_ORIGINS', () => {
  it('lets pages of any port of it call, and no others', async () => {
    const dev = await startInstance({ ...stores, ALLOWED_ORIGINS: 'http://localhost:*,http://127.0.0.1:*' })
    const at = Number(new URL(dev.url).port)
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:8080', 'http://localhost']) {
      expectReadableBy(await call(at, 'GET', '/v1/sessions', { headers: { origin } }), origin)
    }
    const others = [
      'https://localhost:5173',
      'http://localhost.evil.example',
      'http://localhost:',
      'http://localhost:1/x',
    ]
    for (const origin of [...others, 'http://localhost:*', 'http://127.0.0.1:80.evil.example', 'null']) {
      expect(corsHeaders(await call(at, 'GET', '/v1/sessions', { headers: { origin } }))).toEqual([])
    }
    await dev.close()
  })
})
