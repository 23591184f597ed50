import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client as rawClient } from '../../../../test/support/client.ts'
import { createUser, goodPassword, startInstance } from '../../../../test/support/service.ts'
import { freshDatabase, freshRedis } from '../../../../test/support/stores.ts'
import { createLatchkeyClient, type LatchkeyClientOptions, memoryStorage } from '../../src/index.ts'

const service = await startInstance({
  DATABASE_URL: (await freshDatabase()).url,
  REDIS_URL: (await freshRedis()).url,
  REGISTRATION: 'open',
})
afterAll(() => service.close())

let users = 0
let email: string
/** Paths whose next answers get lost on the way back. */
let losing: string[]

const person = (password = goodPassword) => ({ email, password })

const lossyFetch: typeof fetch = async (input, init) => {
  const answer = await fetch(input, init)
  const { pathname } = new URL(answer.url)
  const index = losing.indexOf(pathname)
  if (index < 0) return answer
  losing.splice(index, 1)
  await answer.arrayBuffer()
  throw new TypeError('fetch failed')
}

function start(options: Partial<LatchkeyClientOptions> = {}) {
  const client = createLatchkeyClient({
    baseUrl: service.url,
    transport: 'bearer',
    fetch: lossyFetch,
    ...options,
  })
  const reasons: string[] = []
  client.on('signed-out', ({ reason }) => reasons.push(reason))
  return { client, reasons }
}

beforeEach(async () => {
  losing = []
  email = `client-${users++}@example.test`
  await createUser(service.services, email)
})

describe('the client and the service', () => {
  it('agree on a day in the life of a person', async () => {
    const { client, reasons } = start({ clientType: 'workstation' })
    email = `new-${email}`
    expect(await client.register(person())).toMatchObject({ email, roles: [] })
    await client.signIn({ ...person(), deviceName: 'Desk' })
    expect(await client.session()).toMatchObject({ user: { email }, clientType: 'workstation' })
    const phone = start().client
    await phone.signIn(person())

    const devices = await client.listSessions()
    expect(devices.map(({ deviceName, current }) => [deviceName, current])).toEqual([
      [null, false],
      ['Desk', true],
    ])
    const phoneId = devices[0]?.id ?? ''
    expect(await client.renameSession(phoneId, 'Phone')).toMatchObject({ deviceName: 'Phone' })
    expect(await client.request('GET /v1/sessions/{id}', { params: { id: phoneId } })).toMatchObject({
      deviceName: 'Phone',
      current: false,
    })
    expect((await client.fetch(`${service.url}/v1/verify`)).status).toBe(204)

    await client.changePassword({ currentPassword: goodPassword, newPassword: 'another good passphrase' })
    await expect(phone.session()).rejects.toMatchObject({ reason: 'password_changed' })
    await client.refresh()
    await client.signOut()
    expect(reasons).toEqual(['logout'])
    await expect(client.session()).rejects.toMatchObject({ code: 'authentication_required' })
    await client.signIn(person('another good passphrase'))
    expect(await client.revokeOthers()).toBe(0)
    await client.signOutEverywhere()
    expect(reasons).toEqual(['logout', 'user'])
  })

  it('keep a session over answers that got lost, again and again', async () => {
    const { client, reasons } = start()
    await client.signIn(person())
    for (let round = 0; round < 5; round++) {
      losing = ['/v1/auth/refresh', '/v1/auth/refresh', '/v1/auth/session']
      await client.refresh()
      expect(await client.session()).toMatchObject({ user: { email } })
      expect(losing).toEqual([])
    }
    expect(reasons).toEqual([])
  })

  it('ask for a new sign-in after a password change whose answer was lost: the old tokens give no access', async () => {
    const { client, reasons } = start()
    await client.signIn(person())
    losing = ['/v1/auth/password']
    const change = { currentPassword: goodPassword, newPassword: 'another good passphrase' }
    await expect(client.changePassword(change)).rejects.toMatchObject({ code: 'network_error' })
    expect(reasons).toEqual(['refresh_token_invalid'])
    await client.signIn(person(change.newPassword))
    expect(await client.session()).toMatchObject({ user: { email } })
  })

  it('tell a person why she was signed out', async () => {
    const { client, reasons } = start()
    await client.signIn(person())
    const other = start().client
    await other.signIn(person())
    await other.revokeOthers()
    await expect(client.session()).rejects.toMatchObject({ code: 'session_revoked', reason: 'others' })
    expect(client.state).toEqual({ status: 'signed-out', reason: 'others' })
    expect(reasons).toEqual(['others'])
  })

  it('let a known device in while strangers have locked the account', async () => {
    const storage = memoryStorage()
    const { client } = start({ storage })
    await client.signIn(person())
    await client.signOut()
    for (let attempt = 0; attempt < 5; attempt++) {
      await rawClient(service.url).call('POST', '/v1/auth/login', { body: person('not her password') })
    }
    await expect(start().client.signIn(person())).rejects.toMatchObject({
      code: 'account_locked',
      problem: { unlock: expect.any(String) },
    })
    const later = start({ storage })
    expect(await later.client.signIn({ ...person(), email: email.toUpperCase() })).toMatchObject({ email })
    client.close()
    later.client.close()
  })

  it('take the session of an earlier run from a storage', async () => {
    const storage = memoryStorage()
    const earlier = start({ storage }).client
    await earlier.signIn(person())
    earlier.close()
    const { client } = start({ storage })
    expect(await client.restore()).toMatchObject({ status: 'signed-in' })
    expect(await client.session()).toMatchObject({ user: { email } })
    await client.refresh()
    await client.signOut()
    expect(await start({ storage }).client.restore()).toEqual({ status: 'signed-out', reason: null })
    client.close()
  })
})
