import type { IncomingHttpHeaders } from 'node:http'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { query } from '../support/database.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../support/service.ts'
import { freshDatabase, freshRedis } from '../support/stores.ts'
// For the types of what it provides.
import type {} from './global-setup.ts'
import { type Browser, type Site, startBrowser, startSite } from './person.ts'

const chromium = inject('chromium')

let databaseUrl: string
let service: Instance
let browser: Browser
let listed: Site
let unlisted: Site
/** As the browser sees it: ports do not make another site (HTML Standard, "site"), names do. */
let origin: string
let email: string
let users = 0
/** What has reached the service, and how it answered: of what a browser holds back it tells nobody. */
let served: { asked: string; status: number; headers: IncomingHttpHeaders }[]

const access = '__Host-latchkey_access'
const device = '__Host-latchkey_device'
const refresh = '__Secure-latchkey_refresh'

const attacks = [
  'form',
  'multipartForm',
  'textForm',
  'simpleFetch',
  'emptyFetch',
  'fetchOfJson',
  'beacon',
] as const
type Attack = (typeof attacks)[number]
type Target = { method: string; path: string; json?: unknown }

// Without a Chromium, which the run has said and why.
describe.skipIf(chromium.kind === 'none')('in a real browser', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    ;[listed, unlisted] = [await startSite(), await startSite()]
    databaseUrl = (await freshDatabase()).url
    service = await startInstance({
      DATABASE_URL: databaseUrl,
      REDIS_URL: (await freshRedis()).url,
      ALLOWED_ORIGINS: `http://localhost:${listed.port}`,
    })
    service.app.server.on('request', ({ method, url, headers }, response) => {
      response.on('finish', () =>
        served.push({ asked: `${method} ${url}`, status: response.statusCode, headers }),
      )
    })
    origin = service.url.replace('127.0.0.1', 'localhost')
    browser = await startBrowser(chromium.path)
  })

  afterAll(async () => {
    await browser?.close()
    await Promise.all([service?.close(), listed?.close(), unlisted?.close()])
  })

  beforeEach(async () => {
    served = []
    await browser.context.clearCookies()
    email = `browser-${users++}@example.test`
    await createUser(service.services, email)
  })

  /** A document of the service's own, from which a script may call it; most forbid that by their policy. */
  const ownPage = () => browser.open(`${origin}/docs/static/index.css`)

  async function fetchIn(tab: Page, method: string, path: string, json?: unknown) {
    const options = {
      method,
      ...(json === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }),
    }
    const answer: { status: number; body: Record<string, unknown> } = await tab.evaluate(
      `fetch(${JSON.stringify(path)}, ${JSON.stringify(options)})
         .then(async answer => ({ status: answer.status, body: JSON.parse((await answer.text()) || '{}') }))`,
    )
    return answer
  }

  async function signIn(): Promise<Page> {
    const tab = await ownPage()
    const json = { email, password: goodPassword, transport: 'cookie' }
    expect((await fetchIn(tab, 'POST', '/v1/auth/login', json)).status).toBe(200)
    return tab
  }

  const cookies = async () =>
    Object.fromEntries((await browser.context.cookies()).map(cookie => [cookie.name, cookie]))

  describe('the cookies', () => {
    it('are kept as they are meant to be, and no script sees them', async () => {
      const tab = await signIn()
      const kept = await cookies()
      expect(Object.keys(kept).sort()).toEqual([access, device, refresh])
      for (const cookie of Object.values(kept)) {
        expect(cookie).toMatchObject({
          httpOnly: true,
          secure: true,
          sameSite: 'Strict',
          domain: 'localhost',
        })
      }
      expect([kept[access]?.path, kept[refresh]?.path]).toEqual(['/', '/v1/auth/refresh'])
      expect(await tab.evaluate('document.cookie')).toBe('')
      expect(await fetchIn(tab, 'GET', '/v1/auth/session')).toMatchObject({ body: { user: { email } } })
      await tab.close()
    })

    it('are replaced by a refresh, and gone after a sign-out, with what pages had stored', async () => {
      const tab = await signIn()
      const before = await cookies()
      expect((await fetchIn(tab, 'POST', '/v1/auth/refresh')).status).toBe(200)
      const after = await cookies()
      expect(after[access]?.value).not.toBe(before[access]?.value)
      expect(after[refresh]?.value).not.toBe(before[refresh]?.value)

      await tab.evaluate(`localStorage.setItem('kept', 'something')`)
      expect((await fetchIn(tab, 'POST', '/v1/auth/logout')).status).toBe(204)
      expect(Object.keys(await cookies())).toEqual([device])
      await expect.poll(() => tab.evaluate(`localStorage.getItem('kept')`)).toBeNull()
      expect((await fetchIn(tab, 'GET', '/v1/auth/session')).status).toBe(401)
      await tab.close()
    })
  })

  const targets: Target[] = [
    { method: 'POST', path: '/v1/auth/logout' },
    { method: 'POST', path: '/v1/auth/refresh' },
    {
      method: 'POST',
      path: '/v1/auth/password',
      json: { currentPassword: goodPassword, newPassword: 'the passphrase of a thief' },
    },
    { method: 'DELETE', path: '/v1/sessions' },
    { method: 'DELETE', path: '/v1/sessions?scope=all' },
  ]

  /** Which requests a page can form in that way: only scripts that ask first have other methods than POST. */
  const targetsOf = (attack: Attack, all: Target[]) =>
    all.filter(({ method }) => method === 'POST' || attack === 'fetchOfJson')

  /** Runs an attack, and waits until the service has answered, or the browser has decided not to ask it. */
  async function attack(tab: Page, how: Attack, { method, path, json }: Target): Promise<void> {
    const url = origin + path
    const over = Promise.race([
      tab.waitForEvent('requestfinished', request => request.url() === url),
      tab.waitForEvent('requestfailed', request => request.url() === url),
    ])
    const body = json === undefined ? null : JSON.stringify(json)
    await tab.evaluate(`attacks.${how}(${JSON.stringify({ url, method, body })})`)
    await over
  }

  /** All that a request could have changed, in the database and in the browser. */
  async function standing() {
    const rows = await query(
      databaseUrl,
      `SELECT u.password_hash, s.id, s.rotation, s.revoked_at, s.device_name, (SELECT count(*) FROM user_sessions) AS sessions
       FROM users u LEFT JOIN user_sessions s ON s.user_id = u.id WHERE u.email = $1 ORDER BY s.id`,
      [email],
    )
    const kept = await cookies()
    return {
      rows,
      cookies: Object.fromEntries(Object.entries(kept).map(([name, { value }]) => [name, value])),
    }
  }

  describe.each([
    ['of the same site, whose requests carry the cookies', 'localhost'],
    ['of another site, whose requests carry none', '127.0.0.1'],
  ])('a foreign page %s', (_name, host) => {
    const foreignPage = () => `http://${host}:${unlisted.port}/`

    it.each(attacks)('changes nothing by %s', async how => {
      await (await signIn()).close()
      const before = await standing()
      const tab = await browser.open(foreignPage())
      for (const target of targetsOf(how, targets)) {
        await tab.goto(foreignPage())
        await attack(tab, how, target)
      }
      await tab.close()
      expect(await standing()).toEqual(before)
      expect(served.filter(({ headers }) => headers['sec-fetch-site'] !== 'same-origin')).not.toEqual([])
    })

    it('does not sign anybody in as somebody else', async () => {
      const json = { email, password: goodPassword, transport: 'cookie' }
      const tab = await browser.open(foreignPage())
      for (const how of attacks) {
        await tab.goto(foreignPage())
        await attack(tab, how, { method: 'POST', path: '/v1/auth/login', json })
      }
      await tab.close()
      expect(await standing()).toMatchObject({ rows: [{ id: null }], cookies: {} })
    })

    it('reads nothing', async () => {
      await (await signIn()).close()
      const tab = await browser.open(foreignPage())
      for (const path of ['/v1/auth/session', '/v1/sessions', '/v1/verify', '/v1/nothing']) {
        expect(await tab.evaluate(`read(${JSON.stringify(origin + path)})`)).toBeNull()
      }
      await tab.close()
    })
  })

  it('the cookies do come along from the same site: there it is the service that refuses', async () => {
    await (await signIn()).close()
    const tab = await browser.open(`http://localhost:${unlisted.port}/`)
    await attack(tab, 'emptyFetch', { method: 'POST', path: '/v1/auth/logout' })
    await tab.close()
    const [request] = served.filter(({ asked }) => asked === 'POST /v1/auth/logout')
    expect(request).toMatchObject({ status: 403, headers: { 'sec-fetch-site': 'same-site' } })
    expect(request?.headers.cookie).toContain(`${access}=`)
  })

  describe('a page of an origin in ALLOWED_ORIGINS', () => {
    const listedPage = () => browser.open(`http://localhost:${listed.port}/`)

    it('reads, and may do what the others may not: the attacks above would have worked', async () => {
      await (await signIn()).close()
      const tab = await listedPage()
      expect(await tab.evaluate(`read(${JSON.stringify(`${origin}/v1/auth/session`)})`)).toContain(email)
      const before = await standing()
      await attack(tab, 'emptyFetch', { method: 'POST', path: '/v1/auth/refresh' })
      const refreshed = await standing()
      expect(refreshed.rows).toMatchObject([{ rotation: 1 }])
      expect(refreshed.cookies[access]).not.toBe(before.cookies[access])
      await attack(tab, 'fetchOfJson', { method: 'DELETE', path: '/v1/sessions?scope=all' })
      expect((await standing()).rows).toMatchObject([{ revoked_at: expect.any(Date) }])
      expect(Object.keys(await cookies())).toEqual([device])
      await tab.close()
    })

    it('signs people in', async () => {
      const tab = await listedPage()
      const json = { email, password: goodPassword, transport: 'cookie' }
      await attack(tab, 'fetchOfJson', { method: 'POST', path: '/v1/auth/login', json })
      expect(Object.keys(await cookies()).sort()).toEqual([access, device, refresh])
      await tab.close()
    })
  })
})
