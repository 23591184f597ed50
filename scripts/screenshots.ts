import { randomBytes } from 'node:crypto'
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

/** The pictures of the console in docs/images, of the seeded life. Needs a Chromium and a build: `npm run screenshots`. */

const folder = join(import.meta.dirname, '..', 'docs', 'images')
const email = 'demo@latchkey.dev'
const operatorEmail = 'operator@latchkey.dev'
const password = 'walnut-harbour-demo-42'
const sizes = { desktop: { width: 1180, height: 760 }, phone: { width: 390, height: 844 } }

type Shot = { name: string; who: string | null; hash: string; ready: string }

const shots: readonly Shot[] = [
  { name: 'sign-in', who: null, hash: '', ready: 'Sign in to Latchkey' },
  { name: 'devices', who: email, hash: '#devices', ready: 'Kitchen tablet' },
  { name: 'security', who: email, hash: '#security', ready: 'Recent activity' },
  { name: 'overview', who: operatorEmail, hash: '#overview', ready: 'Revoked by reason' },
  { name: 'person', who: operatorEmail, hash: '#people', ready: 'ada@example.com' },
  { name: 'revocations', who: operatorEmail, hash: '#revocations', ready: 'Revoke by' },
  { name: 'audit-log', who: operatorEmail, hash: '#audit-log', ready: 'the user' },
]

async function main(): Promise<void> {
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
  await page.getByLabel('Email').fill(who)
  await page.getByLabel('Password', { exact: true }).fill(password)
  const signedIn = page.getByRole('heading', { name: 'Your devices' })
  const refused = page.getByRole('alert')
  // A busy machine may not hash the password in time.
  do {
    await page.getByRole('button', { name: 'Sign in' }).click()
    await signedIn.or(refused).first().waitFor()
  } while (await refused.isVisible())
}

async function take(page: Page, url: string, { hash, ready, name }: Shot, path: string): Promise<void> {
  await page.goto(`${url}/console/${hash}`)
  await page.getByText(ready).first().waitFor()
  if (name === 'person') {
    await page.getByRole('link', { name: 'edsger@example.com' }).click()
    await page.getByText('Signed in').first().waitFor()
  }
  if (name === 'overview') await page.getByText('Last day').click()
  if (name === 'revocations') {
    await page.getByText('IP or network').click()
    await page.getByLabel('IP address or network', { exact: true }).fill('203.0.113.0/24')
    await page.getByLabel('Reason').fill('the office’s network was misused')
    await page.getByText('This ends').waitFor()
  }
  await page.waitForTimeout(700)
  await page.screenshot({ path })
}

await main()
