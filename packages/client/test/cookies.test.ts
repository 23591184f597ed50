import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type LatchkeyClient, memoryStorage } from '../src/index.ts'
import {
  currentSession,
  inTime,
  lost,
  problem,
  scriptedService,
  sessionId,
  start,
} from './scripted-service.ts'

const person = { email: 'ada@example.test', password: 'correct horse battery' }

let service: ReturnType<typeof scriptedService>
let client: LatchkeyClient
let events: [string, unknown][]

beforeEach(() => {
  vi.useFakeTimers()
  service = scriptedService()
  ;({ client, events } = start(service))
})

afterEach(() => {
  vi.useRealTimers()
})

describe('with cookies', () => {
  const cookie = { transport: 'cookie' } as const

  it('no token is seen, sent or kept', async () => {
    const storage = memoryStorage()
    const kept = vi.spyOn(storage, 'set')
    ;({ client } = start(service, { ...cookie, storage }))
    await client.signIn(person)
    await client.refresh()
    await client.fetch('https://auth.example.test/orders')
    await client.signOut()
    expect(service.asked.map(({ call, token, credentials }) => [call, token, credentials])).toEqual([
      ['POST /v1/auth/login', null, 'include'],
      ['POST /v1/auth/refresh', null, 'include'],
      ['GET /orders', null, 'include'],
      ['POST /v1/auth/logout', null, 'include'],
    ])
    expect(service.asked.map(({ body }) => body)).toEqual([{ ...person, transport: 'cookie' }, {}, {}, {}])
    expect(kept.mock.calls).toHaveLength(2)
    for (const [, text] of kept.mock.calls) {
      expect(Object.keys(JSON.parse(text)).sort()).toEqual(['expiresIn', 'sessionId', 'stamp'])
    }
    client.close()
  })

  it('the service is asked whether somebody is signed in', async () => {
    ;({ client, events } = start(service, cookie))
    expect(await client.restore()).toEqual({ status: 'signed-in', sessionId, session: currentSession })
    await Promise.resolve()
    expect(events).toEqual([['signed-in', { sessionId }]])
  })

  it('nobody is signed in where the browser has none', async () => {
    ;({ client, events } = start(service, cookie))
    const nobody = problem(401, 'authentication_required')
    service.script('GET /v1/auth/session', nobody)
    service.script('POST /v1/auth/refresh', nobody)
    expect(await client.restore()).toEqual({ status: 'signed-out', reason: null })
    await Promise.resolve()
    expect(events).toEqual([])
  })

  it('an outage leaves it open whether somebody is signed in', async () => {
    ;({ client, events } = start(service, cookie))
    service.script('GET /v1/auth/session', ...Array.from({ length: 200 }, () => lost))
    await expect(inTime(client.restore())).rejects.toMatchObject({ code: 'network_error' })
    expect(client.state).toEqual({ status: 'unknown' })
    service.script('GET /v1/auth/session')
    expect(await client.restore()).toMatchObject({ status: 'signed-in' })
  })

  it('a session that was ended meanwhile is one that has ended, with its reason', async () => {
    ;({ client, events } = start(service, cookie))
    service.script('GET /v1/auth/session', problem(401, 'session_revoked', { reason: 'admin' }))
    service.script('POST /v1/auth/refresh', problem(401, 'session_revoked', { reason: 'admin' }))
    expect(await client.restore()).toEqual({ status: 'signed-out', reason: 'admin' })
    await Promise.resolve()
    expect(events).toEqual([['signed-out', { reason: 'admin' }]])
  })

  it('an access token that has run out is replaced', async () => {
    ;({ client } = start(service, cookie))
    service.script('GET /v1/auth/session', problem(401, 'access_token_expired'))
    expect(await client.restore()).toMatchObject({ status: 'signed-in' })
    expect(service.calls()).toEqual(['GET /v1/auth/session', 'POST /v1/auth/refresh', 'GET /v1/auth/session'])
  })
})
