import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, tokensOf } from '../../support/client.ts'
import { countStoreCalls } from '../../support/counted.ts'
import { query } from '../../support/database.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const agents = {
  chrome:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  newerChrome:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/151.0.0.0 Safari/537.36',
  firefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  script: 'python-requests/2.32.3',
  app: 'MyShop/412 CFNetwork/1568.300.101 Darwin/24.2.0',
  newerApp: 'MyShop/413 CFNetwork/1568.300.101 Darwin/24.2.0',
}

const home = { address: '198.51.100.7', agent: agents.chrome }
const elsewhere = { address: '203.0.113.9', agent: agents.script }

type From = { address: string; agent: string }

let databaseUrl: string
let instance: Instance
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  instance = await startInstance({
    DATABASE_URL: databaseUrl,
    REDIS_URL: (await freshRedis()).url,
    TRUST_PROXY: '127.0.0.1',
  })
})

afterAll(() => instance.close())

const headersOf = ({ address, agent }: From) => ({ 'x-forwarded-for': address, 'user-agent': agent })

async function person() {
  const email = `signals-${users++}@example.test`
  return { email, userId: await createUser(instance.services, email) }
}

async function signIn(email: string, from: From, deviceToken?: string, hints: Record<string, string> = {}) {
  const body = { email, password: goodPassword, ...(deviceToken === undefined ? {} : { deviceToken }) }
  const headers = { ...headersOf(from), ...hints }
  const answer = await client(instance.url).call('POST', '/v1/auth/login', { body, headers })
  return { ...tokensOf(answer), deviceToken: String(answer.body['deviceToken']) }
}

async function refresh(refreshToken: string, from: From) {
  const body = { refreshToken }
  return tokensOf(
    await client(instance.url).call('POST', '/v1/auth/refresh', { body, headers: headersOf(from) }),
  )
}

type Device = { id: string; suspicious: boolean }

async function devices(token: string): Promise<Device[]> {
  return await client(instance.url).sessions(token)
}

const eventsOf = (userId: string, type: string) =>
  query(
    databaseUrl,
    `SELECT severity, session_id, actor, host(ip_address) AS address, user_agent, details FROM security_events
     WHERE user_id = $1 AND type = $2 ORDER BY created_at`,
    [userId, type],
  )

describe('a session that is refreshed from another network, by another browser', () => {
  it('is marked as suspicious, on record with both contexts, and goes on', async () => {
    const { email, userId } = await person()
    const own = await signIn(email, home)
    const other = await signIn(email, home)
    expect((await devices(own.accessToken)).map(({ suspicious }) => suspicious)).toEqual([false, false])

    const taken = await refresh(other.refreshToken, elsewhere)
    expect((await devices(own.accessToken)).map(({ id, suspicious }) => [id, suspicious])).toEqual([
      [other.sessionId, true],
      [own.sessionId, false],
    ])
    expect(await eventsOf(userId, 'session_context_changed')).toEqual([
      {
        severity: 'warning',
        session_id: other.sessionId,
        actor: 'system',
        address: elsewhere.address,
        user_agent: elsewhere.agent,
        details: { signedInFrom: { ipAddress: home.address, userAgent: home.agent } },
      },
    ])
    expect((await client(instance.url).verify(taken.accessToken)).status).toBe(204)
    const one = await client(instance.url).call('GET', `/v1/sessions/${other.sessionId}`, {
      token: own.accessToken,
    })
    expect(one.body['suspicious']).toBe(true)
  })

  it('is told of once, however often it happens', async () => {
    const { email, userId } = await person()
    let { refreshToken } = await signIn(email, home)
    for (const from of [elsewhere, home, elsewhere, { ...elsewhere, address: '192.0.2.1' }]) {
      refreshToken = (await refresh(refreshToken, from)).refreshToken
    }
    expect(await eventsOf(userId, 'session_context_changed')).toHaveLength(1)
  })

  it('is noticed when somebody else asks for the pair that the owner has just got', async () => {
    const { email, userId } = await person()
    const { refreshToken } = await signIn(email, home)
    const pair = await refresh(refreshToken, home)
    expect(await refresh(refreshToken, elsewhere)).toMatchObject({ refreshToken: pair.refreshToken })
    expect(await eventsOf(userId, 'session_context_changed')).toHaveLength(1)
    expect(await devices(pair.accessToken)).toMatchObject([{ suspicious: true }])
  })
})

describe('a session that is refreshed', () => {
  it.each([
    ['from another network', { ...home, address: elsewhere.address }],
    ['by another browser', { ...home, agent: agents.firefox }],
    ['from near by, by another browser', { address: '198.51.77.8', agent: agents.firefox }],
    ['from another network, by a newer version', { ...elsewhere, agent: agents.newerChrome }],
  ])('%s only is not suspicious, and costs two statements as ever', async (_name, from) => {
    const { email, userId } = await person()
    const { refreshToken } = await signIn(email, home)
    const { result, sql } = await countStoreCalls(() => refresh(refreshToken, from))
    expect(sql).toHaveLength(2)
    expect(await devices(result.accessToken)).toMatchObject([{ suspicious: false }])
    expect(await eventsOf(userId, 'session_context_changed')).toEqual([])
  })
})

describe('a session of a native app', () => {
  it('is not suspicious after an update of the app in another network, and has its name without the build', async () => {
    const { email, userId } = await person()
    const { refreshToken } = await signIn(email, { ...home, agent: agents.app })
    const { accessToken } = await refresh(refreshToken, { ...elsewhere, agent: agents.newerApp })
    expect(await devices(accessToken)).toMatchObject([
      { suspicious: false, device: { type: 'mobile', os: 'iOS', browser: 'MyShop' } },
    ])
    expect(await eventsOf(userId, 'session_context_changed')).toEqual([])
  })
})

describe('a sign-in', () => {
  it('names the browser that its Client Hints name, and a refresh without them is not suspicious', async () => {
    const { email, userId } = await person()
    const hints = {
      'sec-ch-ua': '"Brave";v="140", "Not;A=Brand";v="24", "Chromium";v="140"',
      'sec-ch-ua-mobile': '?0',
      'sec-ch-ua-platform': '"Windows"',
    }
    const { refreshToken } = await signIn(email, home, undefined, hints)
    const { accessToken } = await refresh(refreshToken, { ...home, address: elsewhere.address })
    expect(await devices(accessToken)).toMatchObject([
      { suspicious: false, device: { type: 'desktop', os: 'Windows', browser: 'Brave' } },
    ])
    expect(await eventsOf(userId, 'new_device')).toMatchObject([
      { details: { device: { browser: 'Brave' } } },
    ])
  })

  it('ignores Client Hints that are longer than those of browsers', async () => {
    const { email } = await person()
    const hints = { 'sec-ch-ua': `${'"x";v="1", '.repeat(100)}"Brave";v="140"` }
    const { accessToken } = await signIn(email, home, undefined, hints)
    expect(await devices(accessToken)).toMatchObject([{ device: { browser: 'Chrome' } }])
  })

  it('on a device that the person has not used yet is on record, with what it is', async () => {
    const { email, userId } = await person()
    const first = await signIn(email, home)
    await signIn(email, { ...home, agent: agents.newerChrome })
    await signIn(email, { ...home, address: elsewhere.address })
    const second = await signIn(email, { ...home, agent: agents.firefox })
    await signIn(email, { ...home, agent: agents.firefox })
    expect(await eventsOf(userId, 'new_device')).toMatchObject([
      {
        severity: 'info',
        session_id: first.sessionId,
        user_agent: agents.chrome,
        details: { device: { type: 'desktop', os: 'Windows', browser: 'Chrome' } },
      },
      {
        session_id: second.sessionId,
        details: { device: { type: 'desktop', os: 'Windows', browser: 'Firefox' } },
      },
    ])
  })

  it('on a device that proves that it is known is not, whatever it calls itself now', async () => {
    const { email, userId } = await person()
    const { deviceToken } = await signIn(email, home)
    await signIn(email, elsewhere, deviceToken)
    expect(await eventsOf(userId, 'new_device')).toHaveLength(1)
    const other = await person()
    await signIn(other.email, home, deviceToken)
    expect(await eventsOf(other.userId, 'new_device')).toHaveLength(1)
  })
})
