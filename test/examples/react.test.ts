import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
// For the types of what it provides.
import type {} from '../browser/global-setup.ts'
import { type Browser, startBrowser } from '../browser/person.ts'
import { freePort } from '../support/port.ts'
import { goodPassword } from '../support/service.ts'
import { type Environment, example, type Program } from './example.ts'
import { createUserWithDevice, type Latchkey, startLatchkey } from './latchkey.ts'

const chromium = inject('chromium')

type Places = { latchkeyUrl: string; apiPort: number; pageOrigin: string }

type Example = { name: string; orders: (at: Places) => string; settings: (at: Places) => Environment }

/** Where its page finds the orders, and how each part is told to find the others. */
const examples: Example[] = [
  {
    name: 'react-fastify',
    orders: ({ pageOrigin }) => `${pageOrigin}/api/orders`,
    settings: ({ latchkeyUrl, apiPort }) => ({
      LATCHKEY_URL: latchkeyUrl,
      API_URL: `http://127.0.0.1:${apiPort}`,
    }),
  },
  {
    name: 'react-express',
    orders: ({ apiPort }) => `http://localhost:${apiPort}/orders`,
    settings: ({ latchkeyUrl, apiPort, pageOrigin }) => ({
      LATCHKEY_URL: latchkeyUrl,
      PAGE_ORIGIN: pageOrigin,
      VITE_LATCHKEY_URL: latchkeyUrl.replace('127.0.0.1', 'localhost'),
      VITE_API_URL: `http://localhost:${apiPort}`,
    }),
  },
]

describe.each(examples)('examples/$name', ({ name, orders, settings }) => {
  const { perform, start } = example(name)
  let latchkey: Latchkey
  let browser: Browser
  let answers: string[] = []
  let places: Places
  let programs: Program[] = []

  beforeAll(async () => {
    await perform('npm', ['ci', '--prefer-offline'])
    latchkey = await startLatchkey({ PERMISSIONS: '{"manager": ["view_all_orders"]}' })
    const [apiPort, pagePort] = [await freePort(), await freePort()]
    places = { latchkeyUrl: latchkey.url, apiPort, pageOrigin: `http://localhost:${pagePort}` }
    const environment = { ...settings(places), PORT: String(apiPort) }
    const page = ['npm', 'run', 'page', '--', '--strictPort', '--port', String(pagePort)] as const
    programs = await Promise.all([
      start(['npm', 'run', 'api'], environment, `http://127.0.0.1:${apiPort}`),
      start([...page], environment, places.pageOrigin),
    ])
    if (chromium.kind === 'found') browser = await startBrowser(chromium.path)
  })
  afterAll(async () => {
    await browser?.close()
    await Promise.all(programs.map(program => program.stop()))
    await latchkey?.close()
  })

  it('passes its own type check, and is built', () => perform('npm', ['run', 'build']))

  async function ask(path: string, token = 'x.y.z') {
    const answer = await fetch(orders(places) + path, { headers: { authorization: `Bearer ${token}` } })
    const body: unknown = await answer.json()
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body }
  }

  it('refuses callers without a session or a permission, and cannot judge them while Latchkey is down', async () => {
    const clerk = await createUserWithDevice(latchkey, `${name}-clerk@example.test`)
    const manager = await createUserWithDevice(latchkey, `${name}-manager@example.test`, ['manager'])
    expect(await ask('')).toMatchObject({ status: 401, body: { code: 'access_token_invalid' } })
    expect(await ask('', clerk.token)).toMatchObject({ status: 200, body: { orders: [] } })
    expect(await ask('/all', clerk.token)).toMatchObject({ status: 403, body: { code: 'permission_denied' } })
    expect(await ask('/all', manager.token)).toMatchObject({ status: 200 })
    await latchkey.way.set({ kind: 'refuse' })
    const during = await ask('', clerk.token)
    await latchkey.way.set({ kind: 'pass' })
    expect(during).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^\d+$/) })
    expect(await ask('', clerk.token)).toMatchObject({ status: 200 })
  })

  // Without a Chromium, which the run has said and why.
  describe.skipIf(chromium.kind === 'none')('in a browser', () => {
    /** Signs in, and returns when the protected route has answered. */
    async function signIn(email: string): Promise<Page> {
      const tab = await browser.open(places.pageOrigin)
      answers = []
      tab.on('response', response => {
        if (response.url() === orders(places))
          answers.push(`${response.request().method()} ${response.status()}`)
      })
      await tab.getByLabel('Email').fill(email)
      await tab.getByLabel('Password', { exact: true }).fill(goodPassword)
      await tab.getByRole('button', { name: 'Sign in' }).click()
      await expect.poll(() => answers).toContain('GET 200')
      return tab
    }

    it('a user signs in and orders, keeps the session over a reload, and is signed out from another device', async () => {
      const email = `${name}@example.test`
      const elsewhere = await createUserWithDevice(latchkey, email)
      const tab = await signIn(email)
      await tab.getByRole('button', { name: 'Order tea' }).click()
      await tab.getByRole('list', { name: 'Orders' }).getByText('tea').waitFor()
      await tab.reload()
      await tab.getByRole('list', { name: 'Orders' }).getByText('tea').waitFor()

      answers = []
      await elsewhere.signOutOthers()
      await tab.getByRole('button', { name: 'Reload' }).click()
      await tab.getByRole('heading', { name: 'Sign in' }).waitFor()
      expect(answers).toContain('GET 401')
      expect(answers).not.toContain('GET 200')
    })

    it('an outage is a 503 that signs no user out', async () => {
      const email = `${name}-outage@example.test`
      await createUserWithDevice(latchkey, email)
      const tab = await signIn(email)
      answers = []
      await latchkey.way.set({ kind: 'refuse' })
      await tab.getByRole('button', { name: 'Order tea' }).click()
      await tab.getByRole('alert').filter({ hasText: 'You are still signed in' }).waitFor()
      await latchkey.way.set({ kind: 'pass' })
      expect(answers).toContain('POST 503')
      await tab.getByRole('button', { name: 'Reload' }).click()
      await expect.poll(() => answers).toContain('GET 200')
      expect(answers.filter(answer => answer.endsWith('401'))).toEqual([])
    })
  })
})
