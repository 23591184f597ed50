import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LatchkeyClient, memoryStorage } from '../src/index.ts'
import { currentSession, problem, scriptedService, sessionId, signedIn, start } from './scripted-service.ts'

const person = { email: 'ada@example.test', password: 'correct horse battery' }

let service: ReturnType<typeof scriptedService>
let client: LatchkeyClient

beforeEach(() => {
  service = scriptedService()
})

afterEach(() => client.close())

describe('a page with cookies and no stored session', () => {
  const cookie = { transport: 'cookie' } as const
  const session = 'GET /v1/auth/session'
  const nobody = problem(401, 'authentication_required')

  it('asks the service once when it is signed out, even for concurrent calls', async () => {
    ;({ client } = start(service, cookie))
    service.script(session, nobody)
    const states = await Promise.all([client.restore(), client.restore()])
    expect(states).toEqual(Array(2).fill({ status: 'signed-out', reason: null }))
    expect(service.calls()).toEqual([session])
  })

  it('refreshes when the service received an access cookie', async () => {
    ;({ client } = start(service, cookie))
    service.script(session, problem(401, 'access_token_expired'))
    expect(await client.restore()).toMatchObject({ status: 'signed-in' })
    expect(service.calls()).toEqual([session, 'POST /v1/auth/refresh', session])
  })

  it('refreshes when the storage has a session', async () => {
    const storage = memoryStorage()
    ;(await signedIn(service, { ...cookie, storage })).client.close()
    ;({ client } = start(service, { ...cookie, storage }))
    service.script(session, nobody)
    expect(await client.restore()).toMatchObject({ status: 'signed-in' })
    expect(service.calls()).toEqual([session, 'POST /v1/auth/refresh', session])
  })

  it('keeps a sign-in that finishes before the answer arrives', async () => {
    ;({ client } = start(service, cookie))
    service.script(session, async (...asked) => {
      await client.signIn(person)
      return await nobody(...asked)
    })
    expect(await client.restore()).toEqual({ status: 'signed-in', sessionId, session: currentSession })
  })
})
