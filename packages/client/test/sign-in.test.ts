import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LatchkeyClient } from '../src/index.ts'
import {
  inTime,
  json,
  lost,
  pair,
  problem,
  scriptedService,
  sessionId,
  signedIn,
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

describe('a new client', () => {
  it('asks nobody anything, and knows nothing', () => {
    expect(client.state).toEqual({ status: 'unknown' })
    expect(service.asked).toEqual([])
  })

  it('finds out that nobody is signed in, which is no sign-out', async () => {
    expect(await client.restore()).toEqual({ status: 'signed-out', reason: null })
    await expect(client.refresh()).rejects.toMatchObject({ code: 'authentication_required' })
    await vi.advanceTimersByTimeAsync(0)
    expect(events).toEqual([])
    expect(service.asked).toEqual([])
  })

  it('creates an account where that is open', async () => {
    service.script('POST /v1/auth/register', () =>
      json({ user: { id: '1', email: person.email, roles: [] } }, 201),
    )
    expect(await client.register(person)).toMatchObject({ email: person.email })
    service.script('POST /v1/auth/register', problem(403, 'registration_closed'))
    await expect(client.register(person)).rejects.toMatchObject({ code: 'registration_closed' })
    expect(service.asked[0]).toMatchObject({ body: person, token: null })
  })
})

describe('a sign-in', () => {
  it('says who it is, of what client type, and on what device', async () => {
    ;({ client, events } = start(service, { clientType: 'kiosk' }))
    expect(await client.signIn({ ...person, deviceName: 'Front desk' })).toMatchObject({
      email: person.email,
    })
    expect(service.asked).toMatchObject([
      {
        call: 'POST /v1/auth/login',
        body: { ...person, clientType: 'kiosk', deviceName: 'Front desk', transport: 'bearer' },
      },
    ])
    expect(client.state).toEqual({ status: 'signed-in', sessionId, session: null })
    await vi.advanceTimersByTimeAsync(0)
    expect(events).toEqual([['signed-in', { sessionId }]])
  })

  it('that is refused leaves everything as it was', async () => {
    service.script('POST /v1/auth/login', problem(401, 'invalid_credentials'))
    await expect(client.signIn(person)).rejects.toMatchObject({ code: 'invalid_credentials', status: 401 })
    expect(client.state).toEqual({ status: 'unknown' })
    expect(service.calls()).toEqual(['POST /v1/auth/login'])
  })

  it('makes the device known to the next one of the same person, over a sign-out', async () => {
    await client.signIn(person)
    await client.signOut()
    await client.signIn({ ...person, email: 'ADA@example.test' })
    await client.signIn({ ...person, email: 'bob@example.test' })
    expect(service.to('POST /v1/auth/login').map(({ body }) => body['deviceToken'])).toEqual([
      undefined,
      'lkd_ada@example.test',
      undefined,
    ])
  })
})

describe('a sign-out', () => {
  const signOut = 'POST /v1/auth/logout'

  beforeEach(async () => {
    ;({ client, events } = await signedIn(service))
  })

  it('names the session by both tokens, and forgets them', async () => {
    await client.signOut()
    expect(service.asked).toMatchObject([
      { call: signOut, token: 'Bearer access-0', body: { refreshToken: 'lkr_0' } },
    ])
    expect(client.state).toEqual({ status: 'signed-out', reason: 'logout' })
    expect(events).toEqual([['signed-out', { reason: 'logout' }]])
    expect(client.tokenStatus().status).toBe('none')
  })

  it('that the service has not confirmed is none', async () => {
    service.script(signOut, ...Array.from({ length: 200 }, () => problem(503, 'store_unavailable')))
    await expect(inTime(client.signOut())).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(client.state.status).toBe('signed-in')
    expect(service.to(signOut).length).toBeGreaterThan(3)
    service.script(signOut, lost)
    await inTime(client.signOut())
    expect(client.state.status).toBe('signed-out')
  })

  it('of a session that has ended already is done', async () => {
    service.script(signOut, problem(401, 'refresh_token_invalid'))
    await client.signOut()
    expect(client.state).toEqual({ status: 'signed-out', reason: 'logout' })
  })

  it('by a token that nobody can prove any more gets a new one for it', async () => {
    service.script(signOut, problem(401, 'access_token_invalid'))
    await client.signOut()
    expect(service.calls()).toEqual([signOut, 'POST /v1/auth/refresh', signOut])
    expect(service.asked.at(-1)).toMatchObject({ token: 'Bearer access-1', body: { refreshToken: 'lkr_1' } })
  })

  it('everywhere ends this session too, also when only its repetition is answered', async () => {
    service.script('DELETE /v1/sessions', lost, problem(401, 'session_revoked', { reason: 'user' }))
    service.script('POST /v1/auth/refresh', problem(401, 'session_revoked', { reason: 'user' }))
    await inTime(client.signOutEverywhere())
    expect(new URL(service.asked[0]?.url ?? '').search).toBe('?scope=all')
    expect(events).toEqual([['signed-out', { reason: 'user' }]])
  })

  it('happens too when a person revokes the session in hand', async () => {
    await client.revokeSession(sessionId)
    await Promise.resolve()
    expect(events).toEqual([['signed-out', { reason: 'user' }]])
  })
})

describe('a change of the password', () => {
  const change = { currentPassword: 'old', newPassword: 'new and longer than that' }
  const path = 'POST /v1/auth/password'

  beforeEach(async () => {
    ;({ client, events } = await signedIn(service))
  })

  it('brings a new pair, and tells that the device is known', async () => {
    await client.changePassword(change)
    expect(service.asked).toMatchObject([
      { call: path, token: 'Bearer access-0', body: { ...change, deviceToken: 'lkd_ada@example.test' } },
    ])
    await client.refresh()
    expect(service.asked.at(-1)?.body).toEqual({ refreshToken: 'lkr_1' })
  })

  it('keeps the new device token for the next sign-in', async () => {
    service.script(path, () => json({ ...pair(1), deviceToken: 'lkd_new' }))
    await client.changePassword(change)
    await client.signOut()
    await client.signIn(person)
    expect(service.asked.at(-1)?.body).toMatchObject({ deviceToken: 'lkd_new' })
  })

  it('that the person has to mend is thrown, and changes nothing', async () => {
    service.script(path, problem(422, 'wrong_password'))
    await expect(client.changePassword(change)).rejects.toMatchObject({ code: 'wrong_password' })
    expect(service.calls()).toEqual([path])
  })

  it.each([
    ['was lost', lost, 'network_error'],
    [
      'says that not every instance has confirmed',
      problem(503, 'revocation_unconfirmed'),
      'revocation_unconfirmed',
    ],
  ])(
    'whose answer %s is not sent twice; a refresh finds out whether the session goes on',
    async (_name, reply, code) => {
      service.script(path, reply)
      await expect(inTime(client.changePassword(change))).rejects.toMatchObject({ code })
      expect(service.calls()).toEqual([path, 'POST /v1/auth/refresh'])
      expect(client.state.status).toBe('signed-in')
    },
  )
})
