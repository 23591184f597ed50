import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
// For the types of what it provides.
import type {} from '../browser/global-setup.ts'
import { type Browser, startBrowser } from '../browser/person.ts'
import { freePort } from '../support/port.ts'
import { goodPassword } from '../support/service.ts'
import { example, type Program } from './example.ts'
import { createUserWithDevice, type Latchkey, startLatchkey } from './latchkey.ts'

const chromium = inject('chromium')
const email = 'nextjs@example.test'
const { perform, start } = example('nextjs')

describe('examples/nextjs', () => {
  let latchkey: Latchkey
  let browser: Browser
  let server: Program
  let site: string
  let elsewhere: Awaited<ReturnType<typeof createUserWithDevice>>

  beforeAll(async () => {
    await perform('npm', ['ci', '--prefer-offline'])
    // It would know an access token of two generations ago for the rest of the grace.
    latchkey = await startLatchkey({ NEAR_CACHE_MAX_SESSIONS: '0' })
    elsewhere = await createUserWithDevice(latchkey, email)
    const port = String(await freePort())
    const environment = {
      LATCHKEY_URL: latchkey.url,
      LATCHKEY_INSECURE_COOKIES: 'true',
      NEXT_TELEMETRY_DISABLED: '1',
    }
    site = `http://localhost:${port}`
    // Its rewrites are fixed by the build. It also checks the types.
    await perform('npm', ['run', 'build'], environment)
    server = await start(['npx', 'next', 'start', '--port', port], environment, site)
    if (chromium.kind === 'found') browser = await startBrowser(chromium.path)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await latchkey?.close()
  })

  it('sends visitors to the sign-in page, and refuses them at the route handler', async () => {
    const page = await fetch(`${site}/orders`, { headers: { accept: 'text/html' }, redirect: 'manual' })
    const { pathname, search } = new URL(page.headers.get('location') ?? '', site)
    expect([page.status, pathname + search]).toEqual([307, '/sign-in?returnTo=%2Forders'])
    expect((await fetch(`${site}/api/orders`)).status).toBe(401)
  })

  // Without a Chromium, which the run has said and why.
  describe.skipIf(chromium.kind === 'none')('in a browser', () => {
    /** As if it had expired: two refreshes later the first one is not accepted any more. */
    async function spoilAccessToken(): Promise<void> {
      const { context } = browser
      const access = (await context.cookies(site)).filter(({ name }) => name.endsWith('latchkey_access'))
      expect(access).toHaveLength(1)
      for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'same-origin' }]) {
        const refreshed = await context.request.post(`${site}/v1/auth/refresh`, { headers })
        expect(refreshed.status()).toBe(200)
      }
      await context.addCookies(access)
    }

    it('renders for the user, refreshes a token that is over, survives an outage, and ends with the session', async () => {
      const tab = await browser.open(`${site}/orders`)
      const answers: string[] = []
      tab.on('response', response => {
        if (response.url() === `${site}/api/orders`)
          answers.push(`${response.request().method()} ${response.status()}`)
      })
      await tab.getByLabel('Email').fill(email)
      await tab.getByLabel('Password', { exact: true }).fill(goodPassword)
      const button = `document.querySelector('button[type=submit]')`
      // Its compiler of CSS drops the colors of a page without a `color-scheme` unless the stylesheet has defaults.
      expect(await tab.evaluate(`getComputedStyle(${button}).backgroundColor`)).toBe('rgb(42, 82, 194)')
      await tab.getByRole('button', { name: 'Sign in' }).click()
      await tab.getByRole('button', { name: 'Order tea' }).click()
      await expect.poll(() => answers).toContain('POST 200')
      const tea = tab.getByRole('list', { name: 'Orders' }).getByText('tea')
      await tea.waitFor()

      await spoilAccessToken()
      expect((await browser.context.request.get(`${site}/api/orders`)).status()).toBe(401)
      await tab.reload()
      await tea.waitFor()

      await latchkey.way.set({ kind: 'refuse' })
      answers.length = 0
      await tab.getByRole('button', { name: 'Order tea' }).click()
      await tab.getByRole('alert').filter({ hasText: 'You are still signed in' }).waitFor()
      expect(answers).toContain('POST 503')
      expect((await tab.reload())?.status()).toBe(503)
      await latchkey.way.set({ kind: 'pass' })
      await tab.reload()
      await tea.waitFor()

      answers.length = 0
      await elsewhere.signOutOthers()
      await tab.getByRole('button', { name: 'Reload' }).click()
      await tab.getByRole('heading', { name: 'Sign in' }).waitFor()
      expect(answers).toContain('GET 401')
      expect(answers).not.toContain('GET 200')
      await tab.reload()
      await tab.getByRole('heading', { name: 'Sign in' }).waitFor()
    })
  })
})
