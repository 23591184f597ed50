import { afterAll, describe, expect, it } from 'vitest'
import { bodyOf, page, setCookiesOf } from '../../support/browser-call.ts'
import { client } from '../../support/client.ts'
import { type Answer, call } from '../../support/conventions-app.ts'
import { query } from '../../support/database.ts'
import { createUser, goodPassword, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const database = await freshDatabase()
const instance = await startInstance({
  DATABASE_URL: database.url,
  REDIS_URL: (await freshRedis()).url,
  ISSUER: 'https://auth.example.com',
  ALLOWED_ORIGINS: 'https://app.example.com,https://example.com:8443',
})
const port = Number(new URL(instance.url).port)
afterAll(() => instance.close())

let users = 0

async function signIn() {
  const email = `csrf-${users++}@example.test`
  await createUser(instance.services, email)
  const own = page(port)
  const json = { email, password: goodPassword, transport: 'cookie' }
  const answer = await own.call('POST', '/v1/auth/login', { json })
  expect(answer.status).toBe(200)
  return { ...own, email, sessionId: String(bodyOf(answer)['sessionId']) }
}

type Provenance = Record<string, string>
type Own = Awaited<ReturnType<typeof signIn>>

const foreign: Provenance[] = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
  { 'sec-fetch-site': 'same-site', origin: 'https://evil.example.com' },
  { 'sec-fetch-site': 'same-site' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'https://app.example.com.evil.example' },
  { origin: 'http://app.example.com' },
  { 'sec-fetch-site': 'same-site', origin: 'https://auth.example.com' },
]
const own: Provenance[] = [
  { 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'none' },
  { 'sec-fetch-site': 'same-site', origin: 'https://app.example.com' },
  { origin: 'https://example.com:8443' },
  // The service's own, by a browser that sends no Fetch Metadata.
  { origin: 'https://auth.example.com' },
]

const routes: [name: string, send: (page: Own, provenance: Provenance) => Promise<Answer>][] = [
  ['POST /v1/auth/refresh', (page, provenance) => send(page, 'POST', '/v1/auth/refresh', provenance)],
  ['POST /v1/auth/logout', (page, provenance) => send(page, 'POST', '/v1/auth/logout', provenance)],
  [
    'POST /v1/auth/password',
    (page, provenance) =>
      send(page, 'POST', '/v1/auth/password', provenance, {
        currentPassword: goodPassword,
        newPassword: 'the passphrase of somebody else',
      }),
  ],
  [
    'PATCH /v1/sessions/{id}',
    (page, provenance) =>
      send(page, 'PATCH', `/v1/sessions/${page.sessionId}`, provenance, { deviceName: 'Owned' }),
  ],
  [
    'DELETE /v1/sessions/{id}',
    (page, provenance) => send(page, 'DELETE', `/v1/sessions/${page.sessionId}`, provenance),
  ],
  ['DELETE /v1/sessions', (page, provenance) => send(page, 'DELETE', '/v1/sessions?scope=all', provenance)],
]

/** Without `sec-fetch-site` where the provenance has none: a header that is empty is not one that is missing. */
function send(
  { jar }: Own,
  method: string,
  path: string,
  provenance: Provenance,
  json?: unknown,
): Promise<Answer> {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { cookie, ...provenance }
  return call(port, method, path, { headers, ...(json === undefined ? {} : { json }) })
}

/** Every row that a request could have changed. */
async function rowsOf(email: string): Promise<unknown> {
  return await query(
    database.url,
    `SELECT to_jsonb(u) AS person, (SELECT jsonb_agg(to_jsonb(s) - 'last_activity_at') FROM user_sessions s WHERE s.user_id = u.id) AS sessions,
       (SELECT count(*) FROM security_events e WHERE e.user_id = u.id) AS events
     FROM users u WHERE u.email = $1`,
    [email],
  )
}

describe.each(routes)('%s by cookie', (_name, act) => {
  it('from a foreign page is refused, and changes nothing', async () => {
    const victim = await signIn()
    const before = await rowsOf(victim.email)
    for (const provenance of [...foreign, {}]) {
      const answer = await act(victim, provenance)
      expect([provenance, answer.status, bodyOf(answer)['code']]).toEqual([provenance, 403, 'csrf_rejected'])
      expect(setCookiesOf(answer)).toEqual([])
    }
    expect(await rowsOf(victim.email)).toEqual(before)
    expect((await victim.call('POST', '/v1/auth/refresh')).status).toBe(200)
  })

  it.each(own)('from %j works', async provenance => {
    expect((await act(await signIn(), provenance)).status).toBeLessThan(300)
  })
})

describe('a sign-in by cookie', () => {
  const attempt = async (provenance: Provenance, transport?: string) => {
    const email = `csrf-${users++}@example.test`
    await createUser(instance.services, email)
    const json = { email, password: goodPassword, ...(transport === undefined ? {} : { transport }) }
    const answer = await call(port, 'POST', '/v1/auth/login', { json, headers: provenance })
    return { answer, rows: await query<{ id: string }>(database.url, sessionsOf, [email]) }
  }
  const sessionsOf = `SELECT s.id FROM user_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1`

  it.each(foreign)('from %j is refused: nobody is signed in as somebody else', async provenance => {
    const { answer, rows } = await attempt(provenance, 'cookie')
    expect(bodyOf(answer)['code']).toBe('csrf_rejected')
    expect(setCookiesOf(answer)).toEqual([])
    expect(rows).toEqual([])
  })

  it.each([...own, {}])('from %j works: an own page, or no browser', async provenance => {
    const { answer } = await attempt(provenance, 'cookie')
    expect(answer.status).toBe(200)
    expect(setCookiesOf(answer)).toHaveLength(3)
  })

  it('by the bearer transport is open to any page: it gets nothing that its browser would keep', async () => {
    for (const provenance of foreign) {
      const { answer } = await attempt(provenance)
      expect(answer.status).toBe(200)
      expect(setCookiesOf(answer)).toEqual([])
    }
  })
})

describe('what needs no proof of where it comes from', () => {
  it('is whatever reads', async () => {
    const { jar, sessionId } = await signIn()
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    for (const provenance of [...foreign, {}]) {
      for (const path of ['/v1/auth/session', '/v1/sessions', `/v1/sessions/${sessionId}`, '/v1/verify']) {
        const answer = await call(port, 'GET', path, { headers: { cookie, ...provenance } })
        expect(answer.status).toBeLessThan(300)
      }
    }
  })

  it('is whatever brings a bearer token: no page can have that sent', async () => {
    const email = `csrf-${users++}@example.test`
    await createUser(instance.services, email)
    const api = client(instance.url)
    for (const provenance of [...foreign, {}]) {
      const { accessToken, refreshToken, sessionId } = await api.signIn(email)
      const headers = { authorization: `Bearer ${accessToken}`, ...provenance }
      const json = { deviceName: 'Mine' }
      expect((await call(port, 'PATCH', `/v1/sessions/${sessionId}`, { headers, json })).status).toBe(200)
      const body = { json: { refreshToken }, headers: provenance }
      expect((await call(port, 'POST', '/v1/auth/refresh', body)).status).toBe(200)
      expect((await call(port, 'POST', '/v1/auth/logout', { headers })).status).toBe(204)
    }
  })
})
