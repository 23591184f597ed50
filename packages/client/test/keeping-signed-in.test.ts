import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LatchkeyClient } from '../src/index.ts'
import {
  baseUrl,
  cutOff,
  inTime,
  json,
  lost,
  pair,
  problem,
  type Reply,
  scriptedService,
  sessionId,
  signedIn,
  silence,
} from './scripted-service.ts'

const orders = `${baseUrl}/orders`
const refresh = 'POST /v1/auth/refresh'
const expired = problem(401, 'access_token_expired')
const away = problem(503, 'store_unavailable', { retryAfter: '1' })

let service: ReturnType<typeof scriptedService>
let client: LatchkeyClient
let events: [string, unknown][]

beforeEach(async () => {
  vi.useFakeTimers()
  service = scriptedService()
  ;({ client, events } = await signedIn(service))
})

afterEach(() => {
  vi.useRealTimers()
})

const secondsPass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)
const tokensPresented = () => service.to(refresh).map(({ body }) => body['refreshToken'])

describe('a request', () => {
  it('brings the access token', async () => {
    expect((await client.fetch(orders)).status).toBe(200)
    expect(service.asked).toMatchObject([{ call: 'GET /orders', token: 'Bearer access-0' }])
  })

  it('that is refused with a 401 is repeated once, with a new token and the same body', async () => {
    service.script('POST /orders', expired)
    const answer = await client.fetch(orders, { method: 'POST', body: '{"item":7}' })
    expect(answer.status).toBe(200)
    expect(service.asked).toMatchObject([
      { call: 'POST /orders', token: 'Bearer access-0', body: { item: 7 } },
      { call: refresh, token: null, body: { refreshToken: 'lkr_0' } },
      { call: 'POST /orders', token: 'Bearer access-1', body: { item: 7 } },
    ])
  })

  it('that is refused again is handed on as it is', async () => {
    service.script('GET /orders', expired, expired, expired)
    expect((await client.fetch(orders)).status).toBe(401)
    expect(service.calls()).toEqual(['GET /orders', refresh, 'GET /orders'])
    expect(client.state.status).toBe('signed-in')
  })

  it('shares the refresh with all that need one at the same time', async () => {
    service.script('GET /orders', ...Array.from({ length: 20 }, () => expired))
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.fetch(orders)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(tokensPresented()).toEqual(['lkr_0'])
  })

  it('that comes back with a 401 after somebody else has refreshed is only repeated', async () => {
    let answerLate = () => {}
    service.script('GET /orders', async (...request) => {
      await new Promise<void>(resolve => {
        answerLate = resolve
      })
      return await expired(...request)
    })
    const slow = client.fetch(orders)
    await secondsPass(1)
    await client.refresh()
    answerLate()
    expect((await slow).status).toBe(200)
    expect(tokensPresented()).toEqual(['lkr_0'])
  })
})

describe('an access token that is nearly over', () => {
  it('is replaced beside the next request, from 5 minutes before its end', async () => {
    await secondsPass(599)
    await client.fetch(orders)
    await secondsPass(0)
    expect(service.calls()).toEqual(['GET /orders'])
    await secondsPass(1)
    expect(client.tokenStatus()).toEqual({ status: 'due', secondsLeft: 300 })
    expect((await client.fetch(orders)).status).toBe(200)
    await secondsPass(0)
    expect(service.calls().sort()).toEqual(['GET /orders', 'GET /orders', refresh])
    expect(client.tokenStatus()).toEqual({ status: 'fresh', secondsLeft: 900 })
  })

  it('and lives for a minute only is replaced from 20 seconds before its end', async () => {
    service.script(refresh, () => json({ ...pair(1), expiresIn: 60 }))
    await client.refresh()
    await secondsPass(39)
    expect(client.tokenStatus().status).toBe('fresh')
    await secondsPass(1)
    expect(client.tokenStatus().status).toBe('due')
  })

  it('is replaced first when it is over', async () => {
    await secondsPass(900)
    expect(client.tokenStatus()).toEqual({ status: 'expired', secondsLeft: 0 })
    await client.fetch(orders)
    expect(service.asked).toMatchObject([{ call: refresh }, { token: 'Bearer access-1' }])
  })

  it('is judged by the time that has passed, whatever the clocks say', async () => {
    vi.setSystemTime(Date.now() + 365 * 86_400_000)
    expect(client.tokenStatus().status).toBe('fresh')
    vi.setSystemTime(0)
    await secondsPass(700)
    expect(client.tokenStatus().status).toBe('due')
  })

  it('goes on being used while a new one cannot be had', async () => {
    await secondsPass(700)
    service.script(refresh, ...Array.from({ length: 50 }, () => away))
    expect((await client.fetch(orders)).status).toBe(200)
    expect(service.to('GET /orders')).toMatchObject([{ token: 'Bearer access-0' }])
  })
})

describe('an outage', () => {
  const outages: [string, Reply][] = [
    ['the store is away', away],
    ['too much is going on', problem(503, 'overloaded', { retryAfter: '0' })],
    ['it was asked too often', problem(429, 'rate_limited', { retryAfter: '2' })],
    ['the connection is lost', lost],
    ['the answer breaks off', cutOff],
    ['no answer comes', silence],
    ['a proxy finds nobody behind it', () => new Response('Bad gateway', { status: 502 })],
  ]

  it.each(outages)('at a refresh, %s: asks again with the same token', async (_name, reply) => {
    service.script('GET /orders', expired)
    service.script(refresh, reply)
    expect((await inTime(client.fetch(orders))).status).toBe(200)
    expect(tokensPresented()).toEqual(['lkr_0', 'lkr_0'])
    expect(events).toEqual([['refreshed', { sessionId, expiresIn: 900 }]])
  })

  it.each(outages)('that goes on, %s: is thrown, and nobody is signed out', async (_name, reply) => {
    service.script('GET /orders', expired)
    service.script(refresh, ...Array.from({ length: 200 }, () => reply))
    await expect(inTime(client.fetch(orders))).rejects.toMatchObject({ name: 'LatchkeyError' })
    expect(tokensPresented().length).toBeGreaterThan(1)
    expect(new Set(tokensPresented())).toEqual(new Set(['lkr_0']))
    expect(client.state).toMatchObject({ status: 'signed-in', sessionId })
    expect(events).toEqual([])

    service.script(refresh)
    service.script('GET /orders', expired)
    expect((await inTime(client.fetch(orders))).status).toBe(200)
  })

  it('waits between attempts, longer each time, and for as long as it is told', async () => {
    const at: number[] = []
    const noting =
      (reply: Reply): Reply =>
      (...request) => {
        at.push(performance.now())
        return reply(...request)
      }
    const toldToWait = problem(503, 'store_unavailable', { retryAfter: '7' })
    service.script(
      'GET /orders',
      ...[lost, lost, lost, lost, toldToWait].map(noting),
      noting(() => json({})),
    )
    expect((await inTime(client.fetch(orders))).status).toBe(200)
    const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0))
    expect(waits).toHaveLength(5)
    for (const [index, longest] of [250, 500, 1_000, 2_000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(longest / 2)
      expect(waits[index]).toBeLessThanOrEqual(longest + 1)
    }
    expect(waits[4]).toBeGreaterThanOrEqual(7_000)
  })

  it('makes no two clients wait for the same times', async () => {
    const waits = new Set<number>()
    for (let round = 0; round < 5; round++) {
      const startedAt = performance.now()
      service.script('GET /orders', lost, () => {
        waits.add(Math.round(performance.now() - startedAt))
        return json({})
      })
      await inTime(client.fetch(orders))
      service.script(refresh)
      await client.refresh()
    }
    expect(waits.size).toBeGreaterThan(1)
  })
})
