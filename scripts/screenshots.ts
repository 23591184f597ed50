import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import getPort from 'get-port'
import { type Browser, chromium, type Page } from 'playwright-core'
import { buildApp } from '../src/app.ts'
import { readConfig } from '../src/config/config.ts'
import { serviceJobs } from '../src/jobs/jobs.ts'
import { startJobs } from '../src/jobs/scheduler.ts'
import { createLogger } from '../src/observability.ts'
import { createServices } from '../src/services.ts'
import { migrate } from '../src/store/postgres/migrate.ts'
import { seed } from './dev/life.ts'
import { startPostgres, startRedis } from './stores.ts'

/**
 * The pictures of the console in docs/images, of the seeded life. Needs a Chromium and a build: `npm run screenshots`.
 * In another language, to look at: `npm run screenshots -- de /tmp/pictures`.
 */
const [language = 'en', folder = join(import.meta.dirname, '..', 'docs', 'images')] = process.argv.slice(2)
const email = 'demo@latchkey.dev'
const operatorEmail = 'operator@latchkey.dev'
const password = 'walnut-harbour-demo-42'
const sizes = { desktop: { width: 1180, height: 760 }, phone: { width: 390, height: 844 } }

/** `ready`: a selector of what is there once the page is. */
type Shot = { name: string; who: string | null; hash: string; ready: string }

const shots: readonly Shot[] = [
  { name: 'sign-in', who: null, hash: '', ready: '.lk-sign-in form' },
  { name: 'sign-up', who: null, hash: '#sign-up', ready: '.lk-sign-up form' },
  { name: 'devices', who: email, hash: '#devices', ready: '.lk-device:nth-child(3)' },
  { name: 'security', who: email, hash: '#security', ready: '.lk-event' },
  { name: 'password', who: email, hash: '#security/password', ready: '[name=currentPassword]' },
  { name: 'overview', who: operatorEmail, hash: '#overview', ready: '.chart canvas' },
  { name: 'users', who: operatorEmail, hash: '#people', ready: 'tbody tr' },
  { name: 'person', who: operatorEmail, hash: '#people', ready: 'tbody tr' },
  { name: 'revocations', who: operatorEmail, hash: '#revocations', ready: '.choices' },
  { name: 'audit-log', who: operatorEmail, hash: '#audit-log', ready: '.event-button' },
]

async function main(): Promise<void> {
  await mkdir(folder, { recursive: true })
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
  const postgres = await startPostgres({ port: 0 })
  const redis = await startRedis({})
  const port = await getPort()
  await migrate(postgres.url)
  const config = readConfig({
    DATABASE_URL: postgres.url,
    ...(redis.kind === 'none' ? {} : { REDIS_URL: redis.url }),
    LATCHKEY_SECRET: randomBytes(32).toString('base64'),
    REGISTRATION: 'open',
    TRUST_PROXY: '127.0.0.1',
    INSECURE_COOKIES: 'true',
    RATE_LIMITS: JSON.stringify(
      Object.fromEntries(
        ['login_account', 'login_address', 'register_address'].map(name => [
          name,
          { max: 10_000, windowSeconds: 60 },
        ]),
      ),
    ),
  })
  const services = createServices(config, createLogger('warn'))
  await services.start()
  await services.follow()
  const app = await buildApp(services)
  const jobs = startJobs(serviceJobs(services), services.logger)
  const url = await app.listen({ host: '127.0.0.1', port })
  const by = { actor: 'cli', origin: { ipAddress: null, userAgent: null } }
  await services.accounts.register({ email, password, roles: [] }, by)
  await services.accounts.register({ email: operatorEmail, password, roles: ['admin'] }, by)
  await seed({ url, databaseUrl: postgres.url, email, password })
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] })
  try {
    for (const person of [null, email, operatorEmail]) await takeAll(browser, url, person)
  } finally {
    await browser.close()
    await app.close()
    await jobs.stop()
    await services.close()
    if (redis.kind !== 'none') await redis.stop()
    await postgres.stop()
  }
}

async function takeAll(browser: Browser, url: string, who: string | null): Promise<void> {
  const context = await browser.newContext({
    locale: language,
    userAgent:
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
    extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.24' },
  })
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  await page.goto(`${url}/console/`)
  if (who !== null) await signIn(page, who)
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      for (const shot of shots.filter(candidate => candidate.who === who)) {
        await take(page, url, shot, join(folder, `console-${shot.name}-${size}-${colorScheme}.png`))
      }
    }
  }
  await context.close()
}

async function signIn(page: Page, who: string): Promise<void> {
  await page.locator('input[type=email]').fill(who)
  await page.locator('input[type=password]').fill(password)
  const signedIn = page.locator('.lk-live')
  const refused = page.getByRole('alert')
  // A busy machine may not hash the password in time.
  do {
    await page.locator('.lk-sign-in button[type=submit]').click()
    await signedIn.or(refused).first().waitFor()
  } while (await refused.isVisible())
}

async function take(page: Page, url: string, { hash, ready, name }: Shot, path: string): Promise<void> {
  await page.goto(`${url}/console/${hash}`)
  await page.locator(ready).first().waitFor()
  await prepare[name]?.(page)
  await page.evaluate('scrollTo(0, 0)')
  await page.waitForTimeout(700)
  await page.screenshot({ path })
}

/** What a page needs before it is worth a picture. */
const prepare: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  async password(page) {
    await page.locator('[name=newPassword]').fill('seven green bottles')
    await page.locator('.lk-strength').waitFor()
  },
  async overview(page) {
    await page.locator('.switch label').last().click()
  },
  async person(page) {
    await page.getByRole('link', { name: 'edsger@example.com' }).click()
    await page.locator('.lk-device').first().waitFor()
  },
  async revocations(page) {
    await page.locator('.choices label').nth(3).click()
    await page.locator('.lk-panel input[placeholder]').fill('203.0.113.0/24')
    await page.locator('[name=reason]').fill('the office’s network was misused')
    await page.locator('button[type=submit]:enabled').waitFor()
  },
}

await main()
