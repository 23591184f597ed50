import { afterAll, describe, expect, it } from 'vitest'
import { startProxy } from '../../fault/proxy.ts'
import { bodyOf, type Jar, page, type SetCookie, setCookiesOf } from '../../support/browser-call.ts'
import { client, tokensOf } from '../../support/client.ts'
import { type Answer, call } from '../../support/conventions-app.ts'
import { createUser, goodPassword, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const database = await freshDatabase()
const environment = { DATABASE_URL: database.url, REDIS_URL: (await freshRedis()).url }
const instance = await startInstance(environment)
const { services } = instance
const port = Number(new URL(instance.url).port)
const api = client(instance.url)
afterAll(() => instance.close())

const access = '__Host-latchkey_access'
const device = '__Host-latchkey_device'
const refresh = '__Secure-latchkey_refresh'
let users = 0

async function newUser(): Promise<string> {
  const email = `cookies-${users++}@example.test`
  await createUser(services, email)
  return email
}

async function signIn(at = port, email?: string) {
  const own = page(at)
  const json = { email: email ?? (await newUser()), password: goodPassword, transport: 'cookie' }
  const answer = await own.call('POST', '/v1/auth/login', { json })
  expect(answer.status).toBe(200)
  return { ...own, answer, sessionId: String(bodyOf(answer)['sessionId']), email: json.email }
}

function byName(answer: Answer): Record<string, SetCookie> {
  return Object.fromEntries(setCookiesOf(answer).map(cookie => [cookie.name, cookie]))
}

function expectUntouched(answer: Answer): void {
  expect(answer.headers['set-cookie']).toBeUndefined()
  expect(answer.headers['clear-site-data']).toBeUndefined()
}

function expectSignedOut(answer: Answer): void {
  expect(answer.headers['clear-site-data']).toBe('"cache", "storage"')
  const cookies = byName(answer)
  expect(Object.keys(cookies).sort()).toEqual([access, refresh])
  for (const { value, attributes } of Object.values(cookies)) {
    expect([value, attributes['max-age']]).toEqual(['', '0'])
  }
  // A browser deletes only what it would have stored: the same path, and `Secure` as the names' prefixes want it.
  expect(cookies[access]?.attributes).toMatchObject({ path: '/', secure: true })
  expect(cookies[refresh]?.attributes).toMatchObject({ path: '/v1/auth/refresh', secure: true })
}

describe('a sign-in with the transport `cookie`', () => {
  it('puts both tokens into cookies that no script, no other site and no plain connection gets', async () => {
    const { answer } = await signIn()
    const cookies = byName(answer)
    expect(Object.keys(cookies).sort()).toEqual([access, device, refresh])
    const shared = { httponly: true, secure: true, samesite: 'Strict' }
    const maxAge = expect.stringMatching(/^\d+$/)
    expect(cookies[access]?.attributes).toEqual({ ...shared, path: '/', 'max-age': maxAge })
    expect(cookies[refresh]?.attributes).toEqual({ ...shared, path: '/v1/auth/refresh', 'max-age': maxAge })
    // It makes the browser known at the next sign-in, for as long as browsers keep a cookie.
    expect(cookies[device]?.attributes).toEqual({ ...shared, path: '/', 'max-age': String(400 * 86_400) })
    expect(cookies[device]?.value).toMatch(/^lkd_[\w-]+$/)
    expect(cookies[access]?.value).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(cookies[refresh]?.value).toMatch(/^lkr_[\w-]+$/)
  })

  it('keeps the tokens out of the body, and says how long they live and whose they are', async () => {
    const { answer, jar, email } = await signIn()
    const body = bodyOf(answer)
    expect(Object.keys(body).sort()).toEqual(['expiresIn', 'refreshExpiresIn', 'sessionId', 'user'])
    expect(body['user']).toMatchObject({ email })
    for (const token of jar.values()) expect(answer.text).not.toContain(token)
  })

  it('gives both cookies the life of the refresh token, so that an access token that has run out still arrives', async () => {
    const { answer } = await signIn()
    const refreshExpiresIn = Number(bodyOf(answer)['refreshExpiresIn'])
    expect(Number(bodyOf(answer)['expiresIn'])).toBeLessThanOrEqual(900)
    const cookies = byName(answer)
    for (const name of [access, refresh]) {
      const attributes = cookies[name]?.attributes ?? {}
      expect(Math.abs(Number(attributes['max-age']) - refreshExpiresIn)).toBeLessThanOrEqual(1)
    }
  })

  it('makes a new session, whatever cookies it brings', async () => {
    const own = await signIn()
    const json = { email: own.email, password: goodPassword, transport: 'cookie' }
    const again = await own.call('POST', '/v1/auth/login', { json })
    expect(bodyOf(again)['sessionId']).not.toBe(own.sessionId)
    expect((await own.call('GET', '/v1/auth/session')).status).toBe(200)
  })

  it('is not the default, and the default sets no cookie', async () => {
    const json = { email: await newUser(), password: goodPassword }
    for (const transport of [{}, { transport: 'bearer' }]) {
      const answer = await call(port, 'POST', '/v1/auth/login', { json: { ...json, ...transport } })
      expectUntouched(answer)
      expect(bodyOf(answer)).toMatchObject({
        tokenType: 'Bearer',
        refreshToken: expect.stringMatching(/^lkr_/),
      })
    }
    const odd = await call(port, 'POST', '/v1/auth/login', { json: { ...json, transport: 'header' } })
    expect(bodyOf(odd)['code']).toBe('validation_failed')
  })
})

describe('the access cookie', () => {
  it('signs in on every route that needs somebody, verify included', async () => {
    const own = await signIn()
    expect(bodyOf(await own.call('GET', '/v1/auth/session'))['sessionId']).toBe(own.sessionId)
    expect((await own.call('GET', '/v1/sessions')).status).toBe(200)
    const renamed = await own.call('PATCH', `/v1/sessions/${own.sessionId}`, { json: { deviceName: 'Mine' } })
    expect(bodyOf(renamed)).toMatchObject({ deviceName: 'Mine', current: true })
    const verified = await own.call('GET', '/v1/verify')
    expect([verified.status, verified.headers['x-session-id']]).toEqual([204, own.sessionId])
  })

  it('beside an Authorization header is a 400: which of the two is meant is not left to chance', async () => {
    const own = await signIn()
    const bearer = `Bearer ${own.jar.get(access)}`
    for (const authorization of [bearer, 'Bearer x', 'Basic dTpw']) {
      for (const [method, path] of [
        ['GET', '/v1/auth/session'],
        ['DELETE', '/v1/sessions'],
        ['POST', '/v1/auth/logout'],
      ] as const) {
        const answer = await own.call(method, path, { headers: { authorization } })
        expect([method, path, bodyOf(answer)['code']]).toEqual([method, path, 'validation_failed'])
      }
    }
    expect((await own.call('GET', '/v1/auth/session')).status).toBe(200)
  })

  it('on verify stands behind a bearer token, since a gateway passes both', async () => {
    const [one, other] = [await signIn(), await signIn()]
    const authorized = (authorization: string) =>
      one.call('GET', '/v1/verify', { headers: { authorization } })
    const both = await authorized(`Bearer ${other.jar.get(access)}`)
    expect([both.status, both.headers['x-session-id']]).toEqual([204, other.sessionId])
    expect(bodyOf(await authorized('Bearer x'))['code']).toBe('access_token_invalid')
    // Another scheme is no credential of ours: a gateway may have one for itself.
    const basic = await authorized('Basic dTpw')
    expect([basic.status, basic.headers['x-session-id']]).toEqual([204, one.sessionId])
  })

  it('twice is a 400, in one header or in two, with the same value or another', async () => {
    const { jar } = await signIn()
    const good = `${access}=${jar.get(access)}`
    for (const cookie of [`${good}; ${good}`, `${good};${access}=x`, [good, good], [`${access}=`, good]]) {
      for (const path of ['/v1/auth/session', '/v1/verify']) {
        const answer = await call(port, 'GET', path, { headers: { cookie } })
        expect(bodyOf(answer)['code']).toBe('validation_failed')
      }
    }
  })

  it('is found among others, and is none when it is empty or has another name', async () => {
    const { jar } = await signIn()
    const asked = async (cookie: string) =>
      (await call(port, 'GET', '/v1/verify', { headers: { cookie } })).status
    expect(await asked(`a=1; ${access}=${jar.get(access)}; b="2"; ;`)).toBe(204)
    for (const cookie of [
      '',
      `${access}=`,
      access,
      `x${access}=${jar.get(access)}`,
      `latchkey_access=${jar.get(access)}`,
    ]) {
      expect(await asked(cookie)).toBe(401)
    }
  })

  it('with a token that has run out is told apart from one that is not ours', async () => {
    const own = await signIn()
    const stale = expired(own.jar)
    const headers = (token: string) => ({ headers: { cookie: `${access}=${token}` } })
    const answer = await call(port, 'GET', '/v1/auth/session', headers(stale))
    expect(bodyOf(answer)['code']).toBe('access_token_expired')
    expectUntouched(answer)
    const garbage = await call(port, 'GET', '/v1/auth/session', headers('x'))
    expect(bodyOf(garbage)['code']).toBe('access_token_invalid')
    expectUntouched(garbage)
  })
})

/** What stands in the access cookie a quarter of an hour later. */
function expired(jar: Jar): string {
  const [, payload = ''] = (jar.get(access) ?? '').split('.')
  const claims: Record<string, unknown> = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const key = services.keyRing.signing(services.clock.now())
  if (key === undefined) throw new Error('no signing key')
  return key.sign({ ...claims, exp: Math.floor(services.clock.now() / 1000) - 1 })
}

describe('a refresh cookie that a sibling host has set', () => {
  const invalid = async (headers: Record<string, string>) => {
    const answer = await call(port, 'POST', '/v1/auth/refresh', {
      headers: { 'sec-fetch-site': 'same-origin', ...headers },
    })
    expect([answer.status, bodyOf(answer)['code']]).toEqual([401, 'refresh_token_invalid'])
    expectUntouched(answer)
  }

  it('does not keep the user from refreshing, wherever it stands among the cookies', async () => {
    const own = await signIn()
    const tossed = (await signIn()).jar.get(refresh)
    for (const order of ['first', 'last']) {
      const pair = [`${refresh}=${tossed}`, `${refresh}=${own.jar.get(refresh)}`]
      const both = order === 'first' ? pair : pair.toReversed()
      const cookie = [`${access}=${own.jar.get(access)}`, ...both].join('; ')
      const answer = await own.call('POST', '/v1/auth/refresh', { headers: { cookie } })
      expect(answer.status, answer.text).toBe(200)
      expect(bodyOf(answer)['sessionId']).toBe(own.sessionId)
    }
  })

  it('signs nobody in as its owner: it is refused beside the access cookie of another session, or without one', async () => {
    const victim = await signIn()
    const attacker = await signIn()
    const tossed = `${refresh}=${attacker.jar.get(refresh)}`
    await invalid({ cookie: `${access}=${victim.jar.get(access)}; ${tossed}` })
    await invalid({ cookie: `${tossed}; ${refresh}=lkr_x; ${access}=${victim.jar.get(access)}` })
    await invalid({ cookie: `${tossed}; ${access}=garbage` })
    await invalid({ cookie: tossed })
    // It was not spent either.
    expect((await attacker.call('POST', '/v1/auth/refresh')).status).toBe(200)
    expect((await victim.call('POST', '/v1/auth/refresh')).status).toBe(200)
  })
})

describe('a refresh by cookie', () => {
  it('answers by cookie, and the spent one gets the very same cookies again', async () => {
    const own = await signIn()
    const before = new Map(own.jar)
    const answer = await own.call('POST', '/v1/auth/refresh')
    expect(Object.keys(bodyOf(answer)).sort()).toEqual(['expiresIn', 'refreshExpiresIn', 'sessionId'])
    expect(own.jar.get(access)).not.toBe(before.get(access))
    expect(own.jar.get(refresh)).not.toBe(before.get(refresh))
    const replayed = page(port, before)
    await replayed.call('POST', '/v1/auth/refresh')
    expect(before).toEqual(own.jar)
    expect((await own.call('GET', '/v1/auth/session')).status).toBe(200)
  })

  it('works with an empty JSON object for a body, and not with a token in the body too', async () => {
    const own = await signIn()
    expect((await own.call('POST', '/v1/auth/refresh', { json: {} })).status).toBe(200)
    const json = { refreshToken: own.jar.get(refresh) }
    expect(bodyOf(await own.call('POST', '/v1/auth/refresh', { json }))['code']).toBe('validation_failed')
    expect((await own.call('POST', '/v1/auth/refresh')).status).toBe(200)
  })

  it('by a token in the body answers in the body, and touches no cookie', async () => {
    const { refreshToken } = await api.signIn(await newUser())
    const answer = await call(port, 'POST', '/v1/auth/refresh', { json: { refreshToken } })
    expectUntouched(answer)
    expect(bodyOf(answer)['refreshToken']).toMatch(/^lkr_/)
  })

  it('without any token is a 401, which tells a page to have the person sign in', async () => {
    for (const options of [{}, { json: {} }, { headers: { cookie: 'other=1' } }]) {
      const answer = await call(port, 'POST', '/v1/auth/refresh', options)
      expect(bodyOf(answer)['code']).toBe('authentication_required')
    }
  })

  it('that is refused clears no cookie: the answer may come after a new sign-in', async () => {
    const own = await signIn()
    const spent = new Map(own.jar)
    await own.call('POST', '/v1/auth/refresh')
    await own.call('POST', '/v1/auth/refresh')
    const reused = await page(port, spent).call('POST', '/v1/auth/refresh')
    expect(bodyOf(reused)['code']).toBe('refresh_token_reused')
    const revoked = await own.call('POST', '/v1/auth/refresh')
    expect(bodyOf(revoked)['code']).toBe('session_revoked')
    const garbage = await page(port, new Map([[refresh, 'lkr_x']])).call('POST', '/v1/auth/refresh')
    expect(bodyOf(garbage)['code']).toBe('refresh_token_invalid')
    for (const answer of [reused, revoked, garbage]) expectUntouched(answer)
  })
})

describe('a change of the password by cookie', () => {
  it('answers with new cookies, and one by bearer token in the body', async () => {
    const own = await signIn()
    const before = new Map(own.jar)
    const json = { currentPassword: goodPassword, newPassword: 'another long passphrase' }
    const answer = await own.call('POST', '/v1/auth/password', { json })
    expect(Object.keys(bodyOf(answer)).sort()).toEqual(['expiresIn', 'refreshExpiresIn', 'sessionId'])
    expect([...own.jar.keys()].sort()).toEqual([access, device, refresh])
    expect(own.jar.get(refresh)).not.toBe(before.get(refresh))
    expect((await own.call('GET', '/v1/auth/session')).status).toBe(200)

    const { accessToken } = await api.signIn(await newUser())
    const headers = { authorization: `Bearer ${accessToken}` }
    const inBody = await call(port, 'POST', '/v1/auth/password', { json, headers })
    expectUntouched(inBody)
    expect(bodyOf(inBody)['refreshToken']).toMatch(/^lkr_/)
  })
})

describe('a sign-out by cookie', () => {
  it('ends the session, and clears both cookies and what the pages have stored', async () => {
    const own = await signIn()
    const before = new Map(own.jar)
    const answer = await own.call('POST', '/v1/auth/logout')
    expect(answer.status).toBe(204)
    expectSignedOut(answer)
    expect([...own.jar.keys()]).toEqual([device])
    const after = await page(port, before).call('GET', '/v1/auth/session')
    expect(bodyOf(after)).toMatchObject({ code: 'session_revoked', reason: 'logout' })
    // Repeated with the cookies that it had, and without any.
    expect((await page(port, before).call('POST', '/v1/auth/logout')).status).toBe(204)
    const without = await own.call('POST', '/v1/auth/logout')
    expect(without.status).toBe(204)
    expectUntouched(without)
  })

  it('works with an access token that has run out', async () => {
    const own = await signIn()
    const live = page(port, new Map(own.jar))
    own.jar.set(access, expired(own.jar))
    expectSignedOut(await own.call('POST', '/v1/auth/logout'))
    expect(bodyOf(await live.call('GET', '/v1/auth/session'))['code']).toBe('session_revoked')
  })

  it('with a cookie that names no session is refused, and nothing is cleared: the session may still live', async () => {
    const own = page(port, new Map([[access, 'x']]))
    const answer = await own.call('POST', '/v1/auth/logout')
    expect(bodyOf(answer)['code']).toBe('access_token_invalid')
    expectUntouched(answer)
  })

  it('everywhere, or of the own device by its id, clears them too; of others does not', async () => {
    const own = await signIn()
    const other = await signIn(port, own.email)
    expectUntouched(await own.call('DELETE', `/v1/sessions/${other.sessionId}`))
    expectUntouched(await own.call('DELETE', '/v1/sessions'))
    expectUntouched(await own.call('DELETE', '/v1/sessions?scope=others'))
    expectSignedOut(await own.call('DELETE', `/v1/sessions/${own.sessionId}`))

    const again = await signIn()
    const everywhere = await again.call('DELETE', '/v1/sessions?scope=all')
    expect(bodyOf(everywhere)).toEqual({ revoked: 1 })
    expectSignedOut(everywhere)
  })

  it('by bearer token sends nothing about cookies', async () => {
    const email = await newUser()
    const [one, two] = [await api.signIn(email), await api.signIn(email)]
    const headers = (accessToken: string) => ({ headers: { authorization: `Bearer ${accessToken}` } })
    expectUntouched(await call(port, 'POST', '/v1/auth/logout', headers(one.accessToken)))
    expectUntouched(await call(port, 'DELETE', '/v1/sessions?scope=all', headers(two.accessToken)))
  })
})

describe('while Postgres is away', () => {
  it('a refresh and a sign-out by cookie are a 503 that leaves the cookies, and work afterwards', async () => {
    const proxy = await startProxy(Number(new URL(database.url).port))
    const away = new URL(database.url)
    away.port = String(proxy.port)
    const shaky = await startInstance({ ...environment, DATABASE_URL: away.href })
    try {
      const own = await signIn(Number(new URL(shaky.url).port))
      const before = new Map(own.jar)
      await proxy.set({ kind: 'refuse' })
      for (const path of ['/v1/auth/refresh', '/v1/auth/logout']) {
        const answer = await own.call('POST', path)
        expect([path, answer.status]).toEqual([path, 503])
        expect(answer.headers['retry-after']).toBeDefined()
        expectUntouched(answer)
      }
      const everywhere = await own.call('DELETE', '/v1/sessions?scope=all')
      expect(everywhere.status).toBe(503)
      expectUntouched(everywhere)
      expect(own.jar).toEqual(before)

      await proxy.set({ kind: 'pass' })
      await expect.poll(async () => (await own.call('POST', '/v1/auth/refresh')).status).toBe(200)
      await expect.poll(async () => (await own.call('POST', '/v1/auth/logout')).status).toBe(204)
      expect([...own.jar.keys()]).toEqual([device])
    } finally {
      await shaky.close()
      await proxy.close()
    }
  })
})

describe('with INSECURE_COOKIES', () => {
  it('the cookies have plain names and no Secure, and the others count for nothing', async () => {
    const plain = await startInstance({ ...environment, INSECURE_COOKIES: 'true' })
    try {
      const at = Number(new URL(plain.url).port)
      const own = await signIn(at)
      const cookies = byName(own.answer)
      expect(Object.keys(cookies).sort()).toEqual(['latchkey_access', 'latchkey_device', 'latchkey_refresh'])
      for (const { attributes } of Object.values(cookies)) {
        expect(attributes).toMatchObject({ httponly: true, samesite: 'Strict' })
        expect(attributes).not.toHaveProperty('secure')
      }
      expect((await own.call('GET', '/v1/auth/session')).status).toBe(200)
      expect((await own.call('POST', '/v1/auth/refresh')).status).toBe(200)
      const prefixed = { headers: { cookie: `${access}=${own.jar.get('latchkey_access')}` } }
      expect((await call(at, 'GET', '/v1/auth/session', prefixed)).status).toBe(401)
      expect((await own.call('POST', '/v1/auth/logout')).status).toBe(204)
      expect([...own.jar.keys()]).toEqual(['latchkey_device'])
    } finally {
      await plain.close()
    }
  })
})

describe('a bearer client', () => {
  it('refreshes and signs out as ever', async () => {
    const tokens = await api.signIn(await newUser())
    const next = tokensOf(await api.refresh(tokens.refreshToken))
    expect((await api.call('POST', '/v1/auth/logout', { token: next.accessToken })).status).toBe(204)
  })
})
