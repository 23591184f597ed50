import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core'
import { goodPassword } from '../../support/service.ts'

/** What went wrong in the pages of a test file, beside what its tests look at. */
export type Complaints = { policy: string[]; foreign: string[]; errors: string[] }

export type Visitors = {
  complaints: Complaints
  /** The console in a browser of its own: nothing is shared with other visitors. */
  visit(options?: BrowserContextOptions): Promise<Page>
  close(): Promise<void>
}

export async function receiveVisitors(executablePath: string, serviceUrl: string): Promise<Visitors> {
  const browser: Browser = await chromium.launch({
    executablePath,
    chromiumSandbox: false,
    args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  })
  const origin = serviceUrl.replace('127.0.0.1', 'localhost')
  const complaints: Complaints = { policy: [], foreign: [], errors: [] }
  return {
    complaints,
    async visit(options = {}) {
      const context = await browser.newContext(options)
      const page = await context.newPage()
      page.setDefaultTimeout(120_000)
      page.on('console', message => {
        if (/content security policy/i.test(message.text())) complaints.policy.push(message.text())
      })
      page.on('pageerror', error => complaints.errors.push(error.message))
      page.on('request', request => {
        const url = request.url()
        if (!url.startsWith(origin) && !url.startsWith('blob:')) complaints.foreign.push(url)
      })
      await page.goto(`${origin}/console/`)
      return page
    },
    close: () => browser.close(),
  }
}

export async function fillIn(page: Page, email: string, password = goodPassword): Promise<void> {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/**
 * Signs in as a user does: if the service is unavailable, as on a machine that is too busy to hash a password in time,
 * the user tries again.
 */
export async function signIn(page: Page, email: string, password = goodPassword): Promise<void> {
  const signedIn = page.getByRole('heading', { name: 'Your devices' })
  const unavailable = page.getByRole('alert').filter({ hasText: 'temporarily unavailable' })
  for (;;) {
    await fillIn(page, email, password)
    await signedIn
      .or(unavailable)
      .first()
      .waitFor()
      .catch(async (error: unknown) => {
        throw new Error(`signing in led to: ${await page.locator('body').innerText()}`, { cause: error })
      })
    if (await signedIn.isVisible()) return await page.getByText('Active now').waitFor()
  }
}

/** Enters wrong passwords until the page reports the lock; its message. */
export async function lockOut(page: Page, email: string): Promise<Locator> {
  const locked = page.getByRole('alert').filter({ hasText: 'Too many failed attempts.' })
  for (let attempt = 0; !(await locked.isVisible()); attempt++) {
    const answered = page.waitForResponse(/login/)
    await fillIn(page, email, `not the password ${attempt}`)
    await answered
    // The page has shown the answer: while it has not, the button says “Signing in…”.
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  }
  await locked.waitFor()
  return locked
}

export function device(page: Page, name: string) {
  return page.getByRole('listitem', { name })
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What axe finds on the page in both color schemes: moderate and worse. Runs by the debugger, past the policy. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axe, 'utf8'))
  const faults: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const found: { id: string; impact: string; nodes: { html: string }[] }[] = await page.evaluate(
      'axe.run(document).then(result => result.violations)',
    )
    for (const { id, impact, nodes } of found) {
      if (impact === 'minor') continue
      faults.push(`${colorScheme} ${id}: ${nodes.map(node => node.html).join(' ')}`)
    }
  }
  return faults
}

/** Whether something is wider than the page, so that a phone would scroll sideways. */
export async function isTooWide(page: Page): Promise<boolean> {
  return await page.evaluate('document.documentElement.scrollWidth > window.innerWidth')
}

export const phone = {
  userAgent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  viewport: { width: 390, height: 844 },
}
