import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LatchkeyClient } from '../src/index.ts'
import {
  baseUrl,
  inTime,
  json,
  lost,
  problem,
  type Reply,
  scriptedService,
  signedIn,
} from './scripted-service.ts'

const orders = `${baseUrl}/orders`

let service: ReturnType<typeof scriptedService>
let client: LatchkeyClient

beforeEach(async () => {
  vi.useFakeTimers()
  service = scriptedService()
  ;({ client } = await signedIn(service))
})

afterEach(() => {
  vi.useRealTimers()
})

describe('what may be sent twice', () => {
  const overloaded = problem(503, 'overloaded', { retryAfter: '1' })
  const away = problem(503, 'store_unavailable', { retryAfter: '1' })
  const limited = problem(429, 'rate_limited', { retryAfter: '1' })
  const cases: [string, string, Reply, number][] = [
    ['GET', 'a lost connection', lost, 2],
    ['PUT', 'a lost connection', lost, 2],
    ['DELETE', 'a store that is away', away, 2],
    ['POST', 'a lost connection, after which nobody knows what was done', lost, 1],
    ['PATCH', 'a lost connection, after which nobody knows what was done', lost, 1],
    ['POST', 'a store that is away, after which nobody knows either', away, 1],
    ['POST', 'a service that says that nothing was changed', overloaded, 2],
    ['POST', 'a limit', limited, 2],
    ['GET', 'a fault of the service', problem(500, 'internal_error'), 1],
    [
      'GET',
      'a limit that lasts longer than the patience',
      problem(429, 'rate_limited', { retryAfter: '900' }),
      1,
    ],
  ]

  it.each(cases)('%s after %s', async (method, _name, reply, times) => {
    service.script(`${method} /orders`, reply)
    await inTime(client.fetch(orders, { method })).catch(() => {})
    expect(service.calls()).toEqual(Array(times).fill(`${method} /orders`))
  })

  it('is not held up by a `Retry-After` that names an instant: whose clock would that be', async () => {
    service.script('GET /orders', problem(503, 'overloaded', { retryAfter: 'Fri, 31 Dec 2100 23:59:59 GMT' }))
    expect((await inTime(client.fetch(orders))).status).toBe(200)
  })

  it('is not sent again for who has given up', async () => {
    const controller = new AbortController()
    service.script('GET /orders', lost, lost, lost)
    const asked = client.fetch(orders, { signal: controller.signal })
    asked.catch(() => {})
    await vi.advanceTimersByTimeAsync(10)
    controller.abort(new Error('never mind'))
    await expect(asked).rejects.toThrow('never mind')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(service.calls()).toEqual(['GET /orders'])
  })
})

describe('where the credentials go', () => {
  it('is the origin of the service, and those that are listed', async () => {
    const { client: listed } = await signedIn(service, { origins: ['https://orders.example.test'] })
    await listed.fetch('https://orders.example.test/1')
    await listed.fetch(new Request(`${baseUrl}/2`))
    await listed.fetch(new URL(`${baseUrl}/3`))
    expect(service.asked.map(({ token }) => token)).toEqual(Array(3).fill('Bearer access-0'))
  })

  it.each([
    'https://elsewhere.example.test/',
    'http://auth.example.test/',
    'https://auth.example.test.evil.test/',
  ])('is not %s', async url => {
    await expect(client.fetch(url)).rejects.toMatchObject({ code: 'origin_not_allowed' })
    expect(service.asked).toEqual([])
  })

  it('are never both a token and cookies', async () => {
    await client.fetch(orders)
    await client.request('GET /v1/sessions')
    expect(service.asked.map(({ credentials }) => credentials)).toEqual(['omit', 'omit'])
  })
})

describe('request', () => {
  it('puts what it is given where the call wants it', async () => {
    const params = { id: 'a/b' }
    await client.request('GET /v1/admin/users/{id}/sessions', { params, query: { state: 'all', limit: 3 } })
    await client.request('PATCH /v1/sessions/{id}', { params, body: { deviceName: 'Phone' } })
    expect(service.asked).toMatchObject([
      { url: `${baseUrl}/v1/admin/users/a%2Fb/sessions?state=all&limit=3`, body: {} },
      { call: 'PATCH /v1/sessions/a%2Fb', body: { deviceName: 'Phone' } },
    ])
  })

  it('answers the body, and null where there is none', async () => {
    service.script('DELETE /v1/sessions', () => json({ revoked: 3 }))
    service.script('DELETE /v1/sessions/1', () => new Response(null, { status: 204 }))
    expect(await client.request('DELETE /v1/sessions')).toEqual({ revoked: 3 })
    expect(await client.request('DELETE /v1/sessions/{id}', { params: { id: '1' } })).toBeNull()
  })

  it('throws what the service has said', async () => {
    const extras = { reason: 'too_many_failed_sign_ins', unlock: 'Wait.', retryAfter: '900' }
    service.script('GET /v1/sessions', problem(429, 'account_locked', extras))
    await expect(client.request('GET /v1/sessions')).rejects.toMatchObject({
      name: 'LatchkeyError',
      code: 'account_locked',
      status: 429,
      reason: 'too_many_failed_sign_ins',
      retryAfterSeconds: 900,
      problem: { unlock: 'Wait.' },
    })
  })

  it('tells a lost connection, and an answer that is not the service’s', async () => {
    service.script('POST /v1/admin/cleanup', lost)
    await expect(client.request('POST /v1/admin/cleanup')).rejects.toMatchObject({
      code: 'network_error',
      status: 0,
    })
    service.script('GET /v1/sessions', () => new Response('Moved', { status: 404 }))
    await expect(client.request('GET /v1/sessions')).rejects.toMatchObject({
      code: 'unexpected_answer',
      status: 404,
    })
  })

  it.each([
    ['a page of another origin', 'https://app.example.test', true, new TypeError('Failed to fetch'), true],
    ['a page of the service', baseUrl, true, new TypeError('Failed to fetch'), false],
    ['a browser that is offline', 'https://app.example.test', false, new TypeError('Failed to fetch'), false],
    ['a time limit', 'https://app.example.test', true, new DOMException('late', 'AbortError'), false],
  ])(
    'names ALLOWED_ORIGINS when it may be why nothing came: %s',
    async (_where, origin, onLine, cause, named) => {
      vi.stubGlobal('location', { origin, href: `${origin}/` })
      vi.stubGlobal('navigator', { onLine })
      service.script('POST /v1/admin/cleanup', () => Promise.reject(cause))
      const failure = await client.request('POST /v1/admin/cleanup').catch((error: Error) => error)
      vi.unstubAllGlobals()
      expect(failure).toMatchObject({
        code: 'network_error',
        message: `The service could not be reached${named ? `, or ALLOWED_ORIGINS lacks ${origin}` : ''}`,
      })
    },
  )

  it('gives up an attempt that takes longer than the time limit', async () => {
    const seconds: number[] = []
    const startedAt = performance.now()
    service.script('GET /v1/sessions', (_asked, signal) => {
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          seconds.push(Math.round((performance.now() - startedAt) / 1000))
          reject(signal.reason)
        }),
      )
    })
    await inTime(client.request('GET /v1/sessions'))
    expect(seconds).toEqual([8])
    expect(service.calls()).toHaveLength(2)
  })
})

describe('devices', () => {
  it('are listed over all pages', async () => {
    service.script(
      'GET /v1/sessions',
      () => json({ sessions: [{ id: '1' }, { id: '2' }], nextCursor: 'next' }),
      () => json({ sessions: [{ id: '3' }] }),
    )
    expect((await client.listSessions()).map(({ id }) => id)).toEqual(['1', '2', '3'])
    expect(service.asked.map(({ url }) => new URL(url).search)).toEqual([
      '?limit=100',
      '?limit=100&cursor=next',
    ])
  })

  it('are renamed and revoked, and the others all at once', async () => {
    service.script('DELETE /v1/sessions', () => json({ revoked: 2 }))
    await client.renameSession('1', 'Phone')
    await client.revokeSession('2')
    expect(await client.revokeOthers()).toBe(2)
    expect(service.calls()).toEqual(['PATCH /v1/sessions/1', 'DELETE /v1/sessions/2', 'DELETE /v1/sessions'])
    expect(client.state.status).toBe('signed-in')
  })
})
