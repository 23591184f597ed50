import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type LatchkeyClient, memoryStorage } from '../src/index.ts'
import {
  currentSession,
  inTime,
  json,
  pair,
  problem,
  scriptedService,
  sessionId,
  signedIn,
  start,
} from './scripted-service.ts'

let service: ReturnType<typeof scriptedService>
let client: LatchkeyClient

beforeEach(() => {
  vi.useFakeTimers()
  service = scriptedService()
  client = start(service).client
})

afterEach(() => {
  vi.useRealTimers()
})

describe('the session', () => {
  it('is told with the person’s permissions, and kept', async () => {
    ;({ client } = await signedIn(service))
    expect(await client.session()).toEqual(currentSession)
    expect(client.state).toEqual({ status: 'signed-in', sessionId, session: currentSession })
  })

  it('comes back from a storage, as a pair of which nobody knows how old it is', async () => {
    const storage = memoryStorage()
    ;(await signedIn(service, { storage })).client.close()
    ;({ client } = start(service, { storage }))
    expect(await client.restore()).toEqual({ status: 'signed-in', sessionId, session: null })
    expect(client.tokenStatus()).toEqual({ status: 'unknown', secondsLeft: null })
    expect(service.asked).toEqual([])
    service.script('GET /v1/auth/session', () => json({ ...currentSession, needsRefresh: true }))
    await client.session()
    await vi.advanceTimersByTimeAsync(0)
    expect(service.calls()).toEqual(['GET /v1/auth/session', 'POST /v1/auth/refresh'])
    expect(client.tokenStatus().status).toBe('fresh')
    client.close()
  })

  it('is none where something else is in the storage', async () => {
    const storage = memoryStorage()
    for (const text of ['', 'null', '{', '7', '{"stamp":"x"}']) {
      await storage.set('latchkey:bearer:https://auth.example.test', text)
      ;({ client } = start(service, { storage }))
      expect(await client.restore()).toEqual({ status: 'signed-out', reason: null })
      client.close()
    }
  })

  it('is in the storage before its pair is used, however long that takes', async () => {
    const memory = memoryStorage()
    const key = 'latchkey:bearer:https://auth.example.test'
    ;({ client } = await signedIn(service, {
      storage: {
        ...memory,
        async set(name, value) {
          if (value.includes(pair(1).refreshToken)) await new Promise(resolve => setTimeout(resolve, 500))
          await memory.set(name, value)
        },
      },
    }))
    const stored: (string | null | undefined)[] = []
    service.script('GET /orders', problem(401, 'access_token_expired'), async () => {
      stored.push(await memory.get(key))
      return json({})
    })
    await inTime(client.fetch('https://auth.example.test/orders'))
    expect(stored[0]).toContain(pair(1).refreshToken)
    client.close()
  })
})
