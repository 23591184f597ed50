import { once } from 'node:events'
import { get } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startProxy, type TcpProxy } from '../../fault/proxy.ts'
import { type Answer, client, tokensOf } from '../../support/client.ts'
import { findProgram } from '../../support/debian-program.ts'
import {
  type Application,
  type Gateway,
  type GatewayName,
  startApplication,
  startGateway,
} from '../../support/gateway.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const permissions = JSON.stringify({ analyst: ['view_reports'] })
let latchkey: Instance
let application: Application
/** Between each gateway and Latchkey, to take Latchkey away. */
let way: TcpProxy
let databaseUrl: string
let redisUrl: string
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  redisUrl = (await freshRedis()).url
  latchkey = await startInstance({
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    PERMISSIONS: permissions,
    INSECURE_COOKIES: 'true',
    // It would know a token of two generations ago for the rest of the grace.
    NEAR_CACHE_MAX_SESSIONS: '0',
  })
  way = await startProxy(portOf(latchkey.url))
  application = await startApplication()
})
afterAll(async () => {
  await application.close()
  await way.close()
  await latchkey.close()
})

function portOf(url: string): number {
  return Number(new URL(url).port)
}

async function signIn(roles: string[] = []) {
  const email = `gateways-${users++}@example.test`
  const userId = await createUser(latchkey.services, email, { roles })
  return { email, userId, ...(await client(latchkey.url).signIn(email)) }
}

/** What an application must believe from its gateway only, in every spelling that might get through. */
const forged = {
  'x-user-id': '0198c0de-0000-7000-8000-000000000000',
  'X-User-Roles': 'admin',
  'x-session-id': 'forged',
  x_user_id: 'forged',
  'x-latchkey-service-key': `lks_${'A'.repeat(43)}`,
}

const found = await Promise.all(
  (['nginx', 'caddy'] as const).map(async name => ({ name, program: await findProgram(name) })),
)

describe.each(found)('behind $name', ({ name, program }) => {
  const path = program.kind === 'found' ? program.path : ''
  const title = program.kind === 'found' ? 'as in examples/' : `skipped: ${program.reason}`

  describe.skipIf(program.kind === 'none')(title, () => {
    let gateway: Gateway

    beforeAll(async () => {
      gateway = await start(name, way.port)
    })
    afterAll(() => gateway.close())
    afterEach(() => way.set({ kind: 'pass' }))

    function start(which: GatewayName, latchkeyPort: number): Promise<Gateway> {
      return startGateway(which, path, { latchkeyPort, applicationPort: application.port })
    }

    type Sent = { token?: string; headers?: Record<string, string>; method?: string; body?: string }

    /** The answer, and what has reached the application meanwhile. */
    async function ask(path: string, { token, headers = {}, method = 'GET', body }: Sent = {}, at = gateway) {
      application.arrived.length = 0
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const response = await fetch(at.url + path, {
        method,
        headers: { ...authorization, ...headers },
        ...(body === undefined ? {} : { body }),
      })
      await response.text()
      return { status: response.status, headers: response.headers, arrived: [...application.arrived] }
    }

    it('the application is told who is signed in', async () => {
      const { accessToken, userId, sessionId } = await signIn(['analyst', 'clerk'])
      const { status, arrived } = await ask('/orders?page=2', { token: accessToken })
      expect(status).toBe(200)
      expect(arrived).toMatchObject([
        {
          method: 'GET',
          url: '/orders?page=2',
          headers: { 'x-user-id': userId, 'x-session-id': sessionId, 'x-user-roles': 'analyst,clerk' },
        },
      ])
    })

    it('an upload of 3 MB reaches the application, and is refused without a session', async () => {
      const { accessToken } = await signIn()
      const body = 'x'.repeat(3_000_000)
      const { status, arrived } = await ask('/uploads/photo', { token: accessToken, method: 'POST', body })
      expect([status, arrived[0]?.body.length]).toEqual([200, body.length])
      expect(await ask('/uploads/photo', { method: 'POST', body })).toMatchObject({
        status: 401,
        arrived: [],
      })
    })

    it('the application cannot be fooled by what a client says of itself', async () => {
      // Without a role: what the gateway does not replace, it must take away.
      const { accessToken, userId, sessionId } = await signIn()
      const { status, arrived } = await ask('/', { token: accessToken, headers: forged })
      expect([status, arrived.length]).toEqual([200, 1])
      const headers = arrived[0]?.headers ?? {}
      expect([headers['x-user-id'], headers['x-session-id']]).toEqual([userId, sessionId])
      expect(headers['x-user-roles'] ?? '').toBe('')
      // An application behind CGI, WSGI or PHP reads it as the name with hyphens.
      expect(Object.keys(headers).filter(header => header.includes('_'))).toEqual([])
    })

    it('a client cannot have taken away what the gateway says of it', async () => {
      const { accessToken, userId, sessionId } = await signIn(['analyst'])
      const headers = { connection: 'close, x-user-id, X-Session-Id, x-user-roles' }
      application.arrived.length = 0
      const request = get(`${gateway.url}/`, {
        headers: { authorization: `Bearer ${accessToken}`, ...headers },
      })
      const [response] = await once(request, 'response')
      response.resume()
      expect([response.statusCode, application.arrived.length]).toEqual([200, 1])
      expect(application.arrived[0]?.headers).toMatchObject({
        'x-user-id': userId,
        'x-session-id': sessionId,
        'x-user-roles': 'analyst',
      })
    })

    it('nobody gets in without signing in, whatever else is sent', async () => {
      const { refreshToken } = await signIn()
      for (const sent of [
        {},
        { headers: forged },
        { token: 'x' },
        { token: refreshToken, headers: forged },
      ]) {
        const { status, headers, arrived } = await ask('/', sent)
        expect([status, arrived]).toEqual([401, []])
        expect(headers.get('www-authenticate')).toMatch(/^Bearer/)
      }
    })

    it('a permission is asked for where the gateway says so', async () => {
      const analyst = await signIn(['analyst'])
      const clerk = await signIn(['clerk'])
      expect((await ask('/reports/2026', { token: analyst.accessToken })).status).toBe(200)
      const paths = ['/reports/2026', '/reports/2026?permission=', '/reports/?permission=view_own']
      const spellings = ['/reports', '/Reports/2026', '//reports/2026', '/%72eports/2026', '/reports%2f2026']
      for (const path of [...paths, ...spellings]) {
        const refused = await ask(path, { token: clerk.accessToken })
        expect([path, refused.status, refused.arrived]).toEqual([path, 403, []])
      }
      expect((await ask('/orders', { token: clerk.accessToken })).status).toBe(200)
      expect((await ask('/reports/2026')).status).toBe(401)
    })

    it('a body goes to the application, and not to Latchkey', async () => {
      const { accessToken, userId } = await signIn()
      const body = JSON.stringify({ text: 'x'.repeat(200_000) })
      const { status, arrived } = await ask('/orders', { method: 'POST', token: accessToken, body })
      expect(status).toBe(200)
      expect(arrived).toMatchObject([{ method: 'POST', body, headers: { 'x-user-id': userId } }])
    })

    it('a browser gets in by its cookie', async () => {
      const { email, userId } = await signIn()
      const response = await fetch(`${gateway.url}/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password: 'correct horse battery', transport: 'cookie' }),
      })
      expect(response.status).toBe(200)
      const cookie = response.headers
        .getSetCookie()
        .map(text => text.split(';', 1)[0])
        .join('; ')
      const { status, arrived } = await ask('/', { headers: { cookie } })
      expect([status, arrived[0]?.headers['x-user-id']]).toEqual([200, userId])
    })

    it('a refreshed session goes on, and the token before it does for the grace', async () => {
      const { accessToken, refreshToken, userId } = await signIn()
      const through = client(gateway.url)
      const next = tokensOf(await through.refresh(refreshToken))
      for (const token of [next.accessToken, accessToken]) {
        const { status, arrived } = await ask('/', { token })
        expect([status, arrived[0]?.headers['x-user-id']]).toEqual([200, userId])
      }
      const after = tokensOf(await through.refresh(next.refreshToken))
      expect((await ask('/', { token: accessToken })).status).toBe(401)
      expect((await ask('/', { token: after.accessToken })).status).toBe(200)
    })

    it('a revoked session is out at once, however often it was let in before', async () => {
      const { accessToken } = await signIn()
      for (let time = 0; time < 5; time++) expect((await ask('/', { token: accessToken })).status).toBe(200)
      const signedOut = await client(gateway.url).call('POST', '/v1/auth/logout', { token: accessToken })
      expect(signedOut.status).toBe(204)
      const { status, arrived } = await ask('/', { token: accessToken })
      expect([status, arrived]).toEqual([401, []])
    })

    it.each(['refuse', 'reset'] as const)(
      'it is closed, not open, while Latchkey is away (%s)',
      async kind => {
        const { accessToken } = await signIn()
        expect((await ask('/', { token: accessToken })).status).toBe(200)
        await way.set({ kind })
        for (const sent of [{ token: accessToken }, {}, { headers: forged }]) {
          const { status, arrived } = await ask('/', sent)
          expect(status).toBeGreaterThanOrEqual(500)
          expect(arrived).toEqual([])
        }
        await way.set({ kind: 'pass' })
        expect((await ask('/', { token: accessToken })).status).toBe(200)
      },
    )

    it('it is closed within seconds while Latchkey hangs', async () => {
      const { accessToken } = await signIn()
      await way.set({ kind: 'black_hole' })
      const { status, arrived } = await ask('/', { token: accessToken })
      expect(status).toBeGreaterThanOrEqual(500)
      expect(arrived).toEqual([])
    })

    it('what Latchkey cannot know is a 503, and too much a 429, each with Retry-After', async () => {
      const { accessToken } = await signIn()
      const database = await startProxy(portOf(databaseUrl))
      const behind = new URL(databaseUrl)
      behind.port = String(database.port)
      const limited = { session: { max: 1, windowSeconds: 600 } }
      const alone = await startInstance({
        DATABASE_URL: behind.href,
        RATE_LIMITS: JSON.stringify(limited),
        NEAR_CACHE_MAX_SESSIONS: '0',
      })
      const toAlone = await start(name, portOf(alone.url))
      try {
        expect((await ask('/', { token: accessToken }, toAlone)).status).toBe(200)
        expectRefused(await ask('/', { token: accessToken }, toAlone), 429)
        await database.set({ kind: 'refuse' })
        expectRefused(await ask('/', { token: accessToken }, toAlone), 503)
      } finally {
        await toAlone.close()
        await alone.close()
        await database.close()
      }
    })
  })
})

function expectRefused(answer: Pick<Answer, 'status' | 'headers'> & { arrived: unknown[] }, status: number) {
  expect([answer.status, answer.arrived]).toEqual([status, []])
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
}
