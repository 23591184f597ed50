import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client } from '../../support/client.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

let instance: Instance
let operator: string
let users = 0

beforeAll(async () => {
  instance = await startInstance({
    DATABASE_URL: (await freshDatabase()).url,
    REDIS_URL: (await freshRedis()).url,
    TRUST_PROXY: '127.0.0.1',
    MAX_SESSIONS_PER_USER: '50',
  })
  operator = (await client(instance.url).signIn((await newUser('admin')).email)).accessToken
})

afterAll(() => instance.close())

async function newUser(...roles: string[]) {
  const email = `console-calls-${users++}@example.test`
  return { id: await createUser(instance.services, email, { roles }), email }
}

const get = async (path: string, token: string) => {
  const { status, body } = await client(instance.url).call('GET', path, { token })
  return { status, body }
}

describe('GET /v1/events', () => {
  it('tells people what has happened to their account, newest first, in pages, and nothing of anybody else', async () => {
    const [own, other] = [await newUser(), await newUser()]
    await client(instance.url).signIn(other.email)
    const { accessToken } = await client(instance.url).signIn(own.email)
    const { body } = await get('/v1/events', accessToken)
    expect(body['events']).toMatchObject([
      { type: 'new_device', actor: 'you' },
      { type: 'sign_in_succeeded', actor: 'you', ipAddress: '127.0.0.1' },
      { type: 'user_created', actor: 'operator', ipAddress: null },
    ])
    const first = await get('/v1/events?limit=2', accessToken)
    const rest = await get(`/v1/events?limit=2&cursor=${first.body['nextCursor']}`, accessToken)
    expect([first.body['events'], rest.body['events']].flat()).toEqual(body['events'])
    expect(rest.body['nextCursor']).toBeUndefined()
  })

  it('does not pass on what an operator has noted', async () => {
    const { id, email } = await newUser()
    await client(instance.url).signIn(email)
    const order = { strategy: 'user', value: id, reason: 'a secret suspicion' }
    await client(instance.url).call('POST', '/v1/admin/revocations', { token: operator, body: order })
    const { accessToken } = await client(instance.url).signIn(email)
    const { body } = await get('/v1/events', accessToken)
    expect(JSON.stringify(body)).toContain('"reason":"admin"')
    expect(JSON.stringify(body)).not.toContain('suspicion')
  })
})

describe('GET /v1/admin/revocations/preview', () => {
  it('counts the live sessions that each strategy would end, and ends none', async () => {
    const { id, email } = await newUser()
    const first = await client(instance.url).signIn(email, { clientType: 'kiosk' })
    const second = await client(instance.url).signIn(email, { clientType: 'kiosk' })
    const third = await client(instance.url).signIn(email)
    await client(instance.url).call('POST', '/v1/auth/logout', { token: second.accessToken })
    const count = async (query: string) => {
      const { body } = await get(`/v1/admin/revocations/preview?${query}`, operator)
      return [body['sessions'], body['complete']]
    }
    expect(await count(`strategy=session&value=${first.sessionId}`)).toEqual([1, true])
    expect(await count(`strategy=session&value=${second.sessionId}`)).toEqual([0, true])
    expect(await count(`strategy=user&value=${id}`)).toEqual([2, true])
    expect(await count('strategy=client_type&value=kiosk')).toEqual([1, true])
    expect(await count('strategy=ip&value=198.51.100.0/24')).toEqual([0, true])
    expect(await count('strategy=issued_before&value=2020-01-01T00:00:00Z')).toEqual([0, true])
    const [all] = await count('strategy=all')
    expect(all).toBe((await count('strategy=ip&value=127.0.0.0/8'))[0])
    for (const { accessToken } of [first, third]) {
      expect((await client(instance.url).verify(accessToken)).status).toBe(204)
    }
  })

  it('refuses what the revocation itself would refuse', async () => {
    for (const query of [
      'strategy=user&value=x',
      'strategy=client_type&value=toaster',
      'strategy=all&value=x',
    ]) {
      expect((await get(`/v1/admin/revocations/preview?${query}`, operator)).status, query).toBe(400)
    }
  })
})

describe('GET /v1/admin/stats/history', () => {
  it.each([
    ['hour', 60, 60],
    ['day', 96, 900],
  ])('tells what happened in the last %s, step by step', async (span, steps, stepSeconds) => {
    const { body } = await get(`/v1/admin/stats/history?span=${span}`, operator)
    const points: Record<string, unknown>[] = Array.isArray(body['points']) ? body['points'] : []
    const sum = (name: string) => points.reduce((total, point) => total + Number(point[name]), 0)
    const before = { signedIn: sum('signedIn'), revoked: sum('revoked') }
    expect([points.length, body['stepSeconds']]).toEqual([steps, stepSeconds])
    const { accessToken } = await client(instance.url).signIn((await newUser()).email)
    await client(instance.url).call('POST', '/v1/auth/logout', { token: accessToken })
    const later = await get(`/v1/admin/stats/history?span=${span}`, operator)
    points.splice(0, points.length, ...(Array.isArray(later.body['points']) ? later.body['points'] : []))
    expect(sum('signedIn')).toBe(before.signedIn + 1)
    expect(sum('revoked')).toBe(before.revoked + 1)
    expect(points.at(-1)?.['at']).toMatch(/:\d\d:00\.000Z$/)
  })
})

describe('GET /v1/admin/status', () => {
  it('tells how the stores are, and how long ago revocations were read', async () => {
    const { body } = await get('/v1/admin/status', operator)
    expect(body).toMatchObject({ status: 'ok', postgres: 'up', redis: 'up', revocationLeaseMs: 1_000 })
    expect(body['feedAgeMs']).toBeLessThan(10_000)
  })
})

it('what is for operators is for nobody else', async () => {
  const { accessToken } = await client(instance.url).signIn((await newUser()).email)
  for (const path of ['stats/history', 'status', 'revocations/preview?strategy=all']) {
    const { status, body } = await get(`/v1/admin/${path}`, accessToken)
    expect([status, body['code']], path).toEqual([403, 'permission_denied'])
  }
})
