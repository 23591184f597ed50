import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type LatchkeyClient, memoryStorage, type TokenStorage } from '../src/index.ts'
import {
  json,
  pair,
  problem,
  type Reply,
  scriptedService,
  sessionId,
  signedIn,
  start,
} from './scripted-service.ts'

/** Two clients with one storage are to each other what two tabs are; the rest is seen in a real browser. */

const refresh = 'POST /v1/auth/refresh'

let service: ReturnType<typeof scriptedService>
let storage: TokenStorage
let first: Awaited<ReturnType<typeof signedIn>>
let second: ReturnType<typeof start>

/** The Web Locks API, as far as the client uses it. */
function fakeLocks() {
  const last = new Map<string, Promise<unknown>>()
  return {
    request(name: string, { signal }: { signal: AbortSignal }, task: () => Promise<unknown>) {
      const before = last.get(name) ?? Promise.resolve()
      const given = new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        before.finally(() => {
          if (!signal.aborted) resolve(undefined)
        })
      })
      const done = given.then(task)
      last.set(
        name,
        done.catch(() => {}),
      )
      return done
    },
  }
}

async function openBoth(options: { patienceMs?: number; timeoutMs?: number } = {}): Promise<void> {
  service = scriptedService()
  storage = memoryStorage()
  first = await signedIn(service, { storage, ...options })
  second = start(service, { storage, ...options })
  await second.client.restore()
}

const slowly =
  (milliseconds: number): Reply =>
  async (...request) => {
    await new Promise(resolve => setTimeout(resolve, milliseconds))
    return await service.usual(...request)
  }

afterEach(() => {
  first.client.close()
  second.client.close()
  vi.unstubAllGlobals()
})

describe.each([
  ['with Web Locks', fakeLocks],
  ['without Web Locks', () => undefined],
])('tabs that share a storage, %s', (_name, locks) => {
  beforeEach(async () => {
    vi.stubGlobal('navigator', { locks: locks() })
    await openBoth()
  })

  it('hear of a new pair, and use it', async () => {
    await first.client.refresh()
    await expect.poll(() => second.events).toContainEqual(['refreshed', { sessionId, expiresIn: 900 }])
    await second.client.request('GET /v1/sessions')
    expect(service.asked.at(-1)).toMatchObject({ token: 'Bearer access-1' })
    expect(second.client.tokenStatus().status).toBe('fresh')
    expect(service.to(refresh)).toHaveLength(1)
  })

  it('hear of a sign-out, with its reason, and of the next sign-in', async () => {
    await first.client.signOut()
    await expect.poll(() => second.client.state).toEqual({ status: 'signed-out', reason: 'logout' })
    await second.client.signIn({ email: 'ada@example.test', password: 'correct horse battery' })
    await expect.poll(() => first.client.state.status).toBe('signed-in')
    expect(service.to('POST /v1/auth/login').at(-1)?.body).toMatchObject({ deviceToken: expect.any(String) })
  })

  it('hear of a sign-out also while the storage still shows the session, as between processes', async () => {
    const seen = await storage.get('latchkey:bearer:https://auth.example.test')
    const behind = start(service, { storage: { ...storage, get: () => seen } })
    await behind.client.restore()
    await first.client.signOut()
    await expect.poll(() => behind.client.state).toEqual({ status: 'signed-out', reason: 'logout' })
  })

  it('hear of a sign-in also while the storage does not show it yet, as between processes', async () => {
    await openBoth()
    await first.client.signOut()
    await expect.poll(() => second.client.state.status).toBe('signed-out')
    const late = { ...storage, get: (key: string) => (isShown ? storage.get(key) : null) }
    let isShown = false
    const third = start(service, { storage: late })
    await third.client.restore()
    await first.client.signIn({ email: 'ada@example.test', password: 'correct horse battery' })
    await expect.poll(() => second.client.state.status).toBe('signed-in')
    expect(third.client.state.status).toBe('signed-out')
    isShown = true
    await expect.poll(() => third.client.state).toMatchObject({ status: 'signed-in', sessionId })
  })

  it('hear of a session that the service has ended', async () => {
    service.script(refresh, problem(401, 'session_revoked', { reason: 'admin' }))
    await expect(first.client.refresh()).rejects.toMatchObject({ code: 'session_revoked', reason: 'admin' })
    await expect.poll(() => second.events).toContainEqual(['signed-out', { reason: 'admin' }])
  })

  it('are not signed out by one more that is opened after the storage was emptied', async () => {
    await storage.remove('latchkey:bearer:https://auth.example.test')
    const third = start(service, { storage })
    expect(await third.client.restore()).toEqual({ status: 'signed-out', reason: null })
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(first.client.state.status).toBe('signed-in')
    await first.client.refresh()
    await expect.poll(() => third.client.state.status).toBe('signed-in')
    third.client.close()
  })

  it('keep a session that another tab has begun meanwhile', async () => {
    service.script(refresh, async (...request) => {
      await storage.set(
        'latchkey:bearer:https://auth.example.test',
        JSON.stringify({ ...pair(7), stamp: 'new', sessionId: 'another' }),
      )
      return await problem(401, 'session_revoked')(...request)
    })
    await expect(first.client.refresh()).rejects.toMatchObject({ code: 'session_revoked' })
    expect(first.client.state).toMatchObject({ status: 'signed-in', sessionId: 'another' })
  })
})

describe('with Web Locks', () => {
  beforeEach(() => vi.stubGlobal('navigator', { locks: fakeLocks() }))

  it('a tab that has waited takes the pair that it finds, and asks for none', async () => {
    await openBoth()
    service.script(refresh, slowly(30))
    await Promise.all([first.client.refresh(), second.client.refresh()])
    expect(service.to(refresh)).toHaveLength(1)
    await second.client.request('GET /v1/sessions')
    expect(service.asked.at(-1)).toMatchObject({ token: 'Bearer access-1' })
  })

  it('a sign-out waits for a refresh that is under way, and ends the session by its new pair', async () => {
    await openBoth()
    service.script(refresh, slowly(30))
    await Promise.all([first.client.refresh(), second.client.signOut()])
    expect(service.asked.at(-1)).toMatchObject({
      call: 'POST /v1/auth/logout',
      body: { refreshToken: 'lkr_1' },
    })
    await expect.poll(() => first.client.state.status).toBe('signed-out')
  })

  it('a tab that hangs does not hold up the others for ever', async () => {
    await openBoth({ patienceMs: 50, timeoutMs: 50 })
    service.script(refresh, slowly(400))
    const hung = first.client.refresh()
    await new Promise(resolve => setTimeout(resolve, 10))
    await expect(second.client.refresh()).rejects.toMatchObject({ code: 'busy' })
    expect(second.client.state.status).toBe('signed-in')
    await hung.catch(() => {})
  })
})

describe('without Web Locks', () => {
  it('tabs that refresh at once each ask, and end up with the pair that the service gives both', async () => {
    vi.stubGlobal('navigator', {})
    await openBoth()
    service.script(
      refresh,
      () => json(pair(1)),
      () => json(pair(1)),
    )
    await Promise.all([first.client.refresh(), second.client.refresh()])
    expect(service.to(refresh).map(({ body }) => body['refreshToken'])).toEqual(['lkr_0', 'lkr_0'])
    for (const { client } of [first, second]) {
      await client.request('GET /v1/sessions')
      expect(service.asked.at(-1)).toMatchObject({ token: 'Bearer access-1' })
      expect(client.state.status).toBe('signed-in')
    }
  })
})

it('clients in memory are nobody’s tabs: each has a session of its own', async () => {
  service = scriptedService()
  first = await signedIn(service)
  second = start(service)
  await first.client.signOut()
  expect(await second.client.restore()).toEqual({ status: 'signed-out', reason: null })
  const other: LatchkeyClient = (await signedIn(service)).client
  expect(second.client.state.status).toBe('signed-out')
  expect(other.state.status).toBe('signed-in')
})
