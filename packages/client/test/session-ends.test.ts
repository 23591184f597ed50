import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LatchkeyClient } from '../src/index.ts'
import { baseUrl, inTime, json, problem, type Reply, scriptedService, signedIn } from './scripted-service.ts'

const orders = `${baseUrl}/orders`
const refresh = 'POST /v1/auth/refresh'
const expired = problem(401, 'access_token_expired')

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

describe('the session ends', () => {
  const finals: [string, string | undefined][] = [
    ['session_revoked', 'admin'],
    ['session_revoked', undefined],
    ['session_expired', undefined],
    ['refresh_token_invalid', undefined],
    ['refresh_token_expired', undefined],
    ['refresh_token_reused', undefined],
  ]

  it.each(finals)('when a refresh is refused with %s (%s)', async (code, reason) => {
    service.script('GET /orders', expired)
    service.script(refresh, problem(401, code, reason === undefined ? {} : { reason }))
    expect((await client.fetch(orders)).status).toBe(401)
    await Promise.resolve()
    expect(client.state).toEqual({ status: 'signed-out', reason: reason ?? code })
    expect(events).toEqual([['signed-out', { reason: reason ?? code }]])
    expect(client.tokenStatus()).toEqual({ status: 'none', secondsLeft: null })

    service.asked.length = 0
    await client.fetch(orders)
    expect(service.asked).toMatchObject([{ call: 'GET /orders', token: null }])
  })

  const others: [string, Reply][] = [
    ['a 401 that is not the service’s', () => new Response('Sign in to the guest network', { status: 401 })],
    ['a 401 with a code that says nothing of the session', problem(401, 'service_key_invalid')],
    ['a 403', problem(403, 'csrf_rejected')],
    ['a 400', problem(400, 'validation_failed')],
    ['a 500', problem(500, 'internal_error')],
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['an answer of something else', () => json({ status: 'ok' })],
  ]

  it.each(others)('by nothing else: not by %s', async (_name, reply) => {
    service.script('GET /orders', expired)
    service.script(refresh, reply)
    await expect(inTime(client.fetch(orders))).rejects.toMatchObject({ name: 'LatchkeyError' })
    expect(client.state.status).toBe('signed-in')
    expect(events).toEqual([])
  })

  it('not by a 401 of another call, which only asks for a refresh', async () => {
    service.script('GET /orders', problem(401, 'session_revoked', { reason: 'admin' }))
    expect((await client.fetch(orders)).status).toBe(200)
    expect(client.state.status).toBe('signed-in')
  })
})
