import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { example, type Program } from '../examples/example.ts'
import { type Latchkey, startLatchkey } from '../examples/latchkey.ts'
import { client } from '../support/client.ts'
import { findProgram } from '../support/debian-program.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { freePort } from '../support/port.ts'
import { createUser, goodPassword } from '../support/service.ts'
// For the types of what it provides.
import type {} from './global-setup.ts'
import { type Browser, startBrowser } from './person.ts'

const root = join(import.meta.dirname, '..', '..', 'examples')
const email = 'nginx-python@example.test'
const chromium = inject('chromium')
const nginx = await findProgram('nginx')
const path = nginx.kind === 'found' ? nginx.path : ''
const title = nginx.kind === 'found' ? 'an application in Python behind nginx' : `skipped: ${nginx.reason}`

describe.skipIf(nginx.kind === 'none')(title, () => {
  let latchkey: Latchkey
  let app: Program
  let appUrl: string
  let gateway: Gateway

  beforeAll(async () => {
    const console = chromium.kind === 'none' ? {} : { consoleFolder: inject('consoleFolder') }
    latchkey = await startLatchkey({ PERMISSIONS: '{"manager": ["view_reports"]}' }, console)
    const applicationPort = await freePort()
    appUrl = `http://127.0.0.1:${applicationPort}`
    app = await example('nginx-python', root).start(
      ['python3', 'app.py'],
      { PORT: String(applicationPort) },
      appUrl,
    )
    gateway = await startGateway('nginx', path, { latchkeyPort: latchkey.way.port, applicationPort })
    await createUser(latchkey.instance.services, email)
    await createUser(latchkey.instance.services, 'manager@example.test', { roles: ['manager'] })
  })
  afterAll(async () => {
    await gateway?.close()
    await app?.stop()
    await latchkey.close()
  })

  /** The answer of the application, in JSON, or of nginx, which is not. */
  async function ask(
    path: string,
    sent: { token?: string; headers?: Record<string, string>; order?: string },
  ) {
    const { token, headers = {}, order } = sent
    const response = await fetch(path.startsWith('/') ? gateway.url + path : path, {
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(order === undefined ? {} : { method: 'POST', body: order }),
    })
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    const text = await response.text()
    return { status: response.status, body: isJson ? JSON.parse(text) : text }
  }

  const signIn = async (name: string) => (await client(gateway.url).signIn(name)).accessToken

  it('answers a signed-in user, who has orders of their own, and no other', async () => {
    const [token, manager] = [await signIn(email), await signIn('manager@example.test')]
    expect((await ask('/orders', {})).status).toBe(401)
    const ordered = await ask('/orders', { token, order: 'tea' })
    expect(ordered).toMatchObject({ status: 201, body: { item: 'tea' } })
    expect((await ask('/orders', { token })).body.orders).toHaveLength(1)
    expect((await ask('/orders', { token: manager })).body.orders).toEqual([])
    expect((await ask('/reports/orders', { token: manager })).body.orders).toHaveLength(1)
    expect((await ask('/reports/orders', { token })).status).toBe(403)
  })

  it('takes the user from nginx alone', async () => {
    const token = await signIn(email)
    const { userId } = (await ask('/orders', { token, order: 'tea' })).body
    const headers = { 'X-User-Id': '0198c0de-0000-7000-8000-000000000000', x_user_id: 'forged' }
    expect((await ask('/orders', { token, headers, order: 'tea' })).body).toMatchObject({ userId })
    expect((await ask('/orders', { headers })).status).toBe(401)
    // Past nginx there is no user.
    expect((await ask(`${appUrl}/orders`, {})).status).toBe(500)
  })

  it('refuses an order from a page of another host, and one that is too long', async () => {
    const token = await signIn(email)
    const headers = { 'sec-fetch-site': 'same-site' }
    expect((await ask('/orders', { token, headers, order: 'tea' })).status).toBe(403)
    expect((await ask('/orders', { token, order: 'x'.repeat(2_000) })).status).toBe(413)
  })

  it('answers 503 while Latchkey is down, and the same token is good afterwards', async () => {
    const token = await signIn(email)
    await latchkey.way.set({ kind: 'refuse' })
    const { status } = await ask('/orders', { token })
    await latchkey.way.set({ kind: 'pass' })
    expect(status).toBe(503)
    expect((await ask('/orders', { token })).status).toBe(200)
  })

  // Without a Chromium, which the run has said and why.
  describe.skipIf(chromium.kind === 'none')('in a browser', () => {
    let browser: Browser

    beforeAll(async () => {
      if (chromium.kind === 'found') browser = await startBrowser(chromium.path)
    })
    afterAll(() => browser?.close())

    it('a user signs in in the console, and a device that is signed out there gets a 401', async () => {
      const phone = await client(gateway.url).signIn(email, { userAgent: 'okhttp/4.12' })
      const asPhone = async () => (await ask('/orders', { token: phone.accessToken })).status
      const site = gateway.url.replace('127.0.0.1', 'localhost')
      const tab = await browser.open(`${site}/console/`)
      await tab.getByLabel('Email').fill(email)
      await tab.getByLabel('Password', { exact: true }).fill(goodPassword)
      await tab.getByRole('button', { name: 'Sign in' }).click()
      await tab.getByText('This device').waitFor()

      const page = await browser.open(`${site}/`)
      await page.getByRole('heading', { name: 'Signed in' }).waitFor()
      expect(await asPhone()).toBe(200)

      await tab.getByRole('button', { name: 'Sign out all other devices' }).click()
      await tab
        .getByRole('dialog')
        .getByRole('button', { name: /Sign out/ })
        .click()
      await expect.poll(asPhone).toBe(401)
      await page.reload()
      await page.getByRole('heading', { name: 'Signed in' }).waitFor()
    })
  })
})
