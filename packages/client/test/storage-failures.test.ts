import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type LatchkeyClient,
  LatchkeyError,
  memoryStorage,
  type TokenStorage,
  webStorage,
} from '../src/index.ts'
import { currentSession, lost, scriptedService, sessionId, signedIn, start } from './scripted-service.ts'

const person = { email: 'ada@example.test', password: 'correct horse battery' }
const key = 'latchkey:bearer:https://auth.example.test'
const orders = 'https://auth.example.test/orders'
const quota = new DOMException('exceeded the quota', 'QuotaExceededError')
const security = new DOMException('The operation is insecure.', 'SecurityError')

let service: ReturnType<typeof scriptedService>
let memory: TokenStorage
let client: LatchkeyClient

beforeEach(() => {
  service = scriptedService()
  memory = memoryStorage()
})

afterEach(() => {
  client.close()
  vi.unstubAllGlobals()
})

describe('a full storage', () => {
  it('does not fail a sign-in: the pair stays in memory, and storageError reports why', async () => {
    const full = { ...memory, set: vi.fn().mockRejectedValue(quota) }
    ;({ client } = start(service, { storage: full }))
    const seen: (LatchkeyError | null)[] = []
    client.on('changed', () => seen.push(client.storageError))
    expect(await client.signIn(person)).toMatchObject({ email: person.email })
    expect(client.state).toEqual({ status: 'signed-in', sessionId, session: null })
    expect(client.storageError).toBeInstanceOf(LatchkeyError)
    expect(client.storageError).toMatchObject({ code: 'storage_failed', cause: quota })
    expect(seen).toEqual([client.storageError])
    await client.fetch(orders)
    expect(service.asked.at(-1)).toMatchObject({ token: 'Bearer access-0' })
    await client.refresh()
    expect(service.asked.at(-1)).toMatchObject({ body: { refreshToken: 'lkr_0' } })
  })

  it('stores a new pair in the room of the spent one', async () => {
    const tight = memoryStorage()
    const { set } = tight
    tight.set = async (name, value) => {
      if ((await tight.get(name)) != null) throw quota
      await set(name, value)
    }
    ;({ client } = await signedIn(service, { storage: tight }))
    await client.refresh()
    expect(await tight.get(key)).toContain('lkr_1')
    expect(client.storageError).toBeNull()
  })

  it('does not keep a spent pair: a refresh removes it, retries once, and continues in memory', async () => {
    ;({ client } = await signedIn(service, { storage: memory }))
    const set = vi.spyOn(memory, 'set').mockRejectedValue(quota)
    await client.refresh()
    expect(set).toHaveBeenCalledTimes(2)
    expect(client.storageError).toMatchObject({ code: 'storage_failed', cause: quota })
    const later = start(service, { storage: memory }).client
    expect(await later.restore()).toEqual({ status: 'signed-out', reason: null })
    later.close()
    await client.fetch(orders)
    expect(service.asked.at(-1)).toMatchObject({ token: 'Bearer access-1' })
    await client.refresh()
    expect(service.asked.at(-1)).toMatchObject({ body: { refreshToken: 'lkr_1' } })
  })

  it('stores the session again once there is room', async () => {
    ;({ client } = await signedIn(service, { storage: memory }))
    const set = vi.spyOn(memory, 'set').mockRejectedValue(quota)
    await client.refresh()
    set.mockRestore()
    await client.refresh()
    expect(client.storageError).toBeNull()
    expect(await memory.get(key)).toContain('lkr_2')
  })

  it('reports that the session is not stored even though the smaller device token is', async () => {
    const { set } = memory
    memory.set = (name, value) => (value.length > 40 ? Promise.reject(quota) : set(name, value))
    ;({ client } = await signedIn(service, { storage: memory }))
    expect(await memory.get(`${key}:device:${person.email}`)).toBeDefined()
    expect(await memory.get(key)).toBeUndefined()
    expect(client.storageError).toMatchObject({ code: 'storage_failed' })
  })
})

it('a read-only storage never brings back a spent pair', async () => {
  ;({ client } = await signedIn(service, { storage: memory }))
  const set = vi.spyOn(memory, 'set').mockRejectedValue(new Error('read-only'))
  vi.spyOn(memory, 'remove').mockRejectedValue(new Error('read-only'))
  for (const spent of ['lkr_0', 'lkr_1', 'lkr_2']) {
    await client.refresh()
    expect(service.asked.at(-1)).toMatchObject({ body: { refreshToken: spent } })
  }
  set.mockRestore()
  await client.refresh()
  expect(service.asked.at(-1)).toMatchObject({ body: { refreshToken: 'lkr_3' } })
  expect(await memory.get(key)).toContain('lkr_4')
})

describe('a blocked storage', () => {
  const blocked = webStorage(() => {
    throw security
  })

  it('leaves the page signed out, with a reason', async () => {
    ;({ client } = start(service, { storage: blocked }))
    expect(await client.restore()).toEqual({ status: 'signed-out', reason: 'storage_failed' })
    expect(client.storageError).toMatchObject({ code: 'storage_failed', cause: security })
  })

  it('does not prevent sign-in, refresh and sign-out', async () => {
    ;({ client } = start(service, { storage: blocked }))
    await client.restore()
    await client.signIn(person)
    await client.refresh()
    await client.fetch(orders)
    expect(service.asked.at(-1)).toMatchObject({ token: 'Bearer access-1' })
    await client.signOut()
    expect(client.state).toEqual({ status: 'signed-out', reason: 'logout' })
  })

  it('never surfaces as a raw exception: every call throws LatchkeyError', async () => {
    ;({ client } = start(service, { storage: blocked, patienceMs: 0 }))
    await expect(client.refresh()).rejects.toMatchObject({ code: 'authentication_required' })
    service.script('POST /v1/auth/login', lost)
    const failures = await Promise.allSettled([
      client.signIn(person),
      client.refresh(),
      client.session(),
      client.revokeOthers(),
      client.changePassword({ currentPassword: 'a', newPassword: 'b' }),
    ])
    for (const failure of failures) {
      if (failure.status === 'rejected') expect(failure.reason).toBeInstanceOf(LatchkeyError)
    }
    expect(failures[0]).toMatchObject({ status: 'rejected', reason: { code: 'network_error' } })
  })

  it('may come with blocked Web Locks and BroadcastChannel', async () => {
    vi.stubGlobal('navigator', { locks: { request: () => Promise.reject(security) } })
    vi.stubGlobal(
      'BroadcastChannel',
      class {
        constructor() {
          throw security
        }
      },
    )
    ;({ client } = start(service, { storage: blocked }))
    await client.signIn(person)
    await Promise.all([client.refresh(), client.signOut()])
    expect(service.calls()).toEqual(['POST /v1/auth/login', 'POST /v1/auth/refresh', 'POST /v1/auth/logout'])
  })

  it('does not affect a session in cookies', async () => {
    ;({ client } = start(service, { transport: 'cookie', storage: blocked }))
    expect(await client.restore()).toEqual({ status: 'signed-in', sessionId, session: currentSession })
    await client.refresh()
    await client.signOut()
    expect(client.state).toEqual({ status: 'signed-out', reason: 'logout' })
  })

  it('is read again after a transient failure', async () => {
    ;(await signedIn(service, { storage: memory })).client.close()
    vi.spyOn(memory, 'get').mockRejectedValueOnce(security)
    ;({ client } = start(service, { storage: memory }))
    expect(await client.restore()).toEqual({ status: 'signed-out', reason: 'storage_failed' })
    expect(await client.restore()).toEqual({ status: 'signed-in', sessionId, session: null })
  })
})

describe('tabs whose storage fails', () => {
  let other: ReturnType<typeof start>

  beforeEach(async () => {
    ;({ client } = await signedIn(service, { storage: memory }))
    other = start(service, { storage: memory })
    await other.client.restore()
    vi.spyOn(memory, 'set').mockRejectedValue(quota)
  })

  afterEach(() => other.client.close())

  it.each([
    ['is full', () => {}],
    ['is read-only', () => void vi.spyOn(memory, 'remove').mockRejectedValue(quota)],
  ])('pass a new pair to each other when it %s', async (_name, breakFurther) => {
    breakFurther()
    await client.refresh()
    await expect.poll(() => other.events).toContainEqual(['refreshed', { sessionId, expiresIn: 900 }])
    await other.client.refresh()
    expect(service.asked.at(-1)).toMatchObject({ body: { refreshToken: 'lkr_1' } })
    await expect
      .poll(async () => {
        await client.fetch(orders)
        return service.asked.at(-1)?.token
      })
      .toBe('Bearer access-2')
  })

  it('sign out together', async () => {
    await client.refresh()
    await expect.poll(() => other.events).toHaveLength(2)
    await client.signOut()
    await expect.poll(() => other.client.state).toEqual({ status: 'signed-out', reason: 'logout' })
  })
})

it('a closed client still stores its session', async () => {
  ;({ client } = await signedIn(service, { storage: memory }))
  client.close()
  await client.refresh()
  expect(await memory.get(key)).toContain('lkr_1')
})
