import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type RunningPostgres, startPostgres } from '../../../scripts/stores.ts'
import { migrate } from '../../../src/store/postgres/migrate.ts'
import { startProxy, type TcpProxy } from '../../fault/proxy.ts'
import { type RedisNode, startRedisNode } from '../../support/redis-node.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
// For the types of what it provides.
import type {} from '../global-setup.ts'
import {
  accessibilityFaults,
  device,
  fillIn,
  isTooWide,
  phone,
  receiveVisitors,
  signIn,
  type Visitors,
} from './visitor.ts'

const chromium = inject('chromium')
const email = 'outage@example.test'

let folder: string
let postgres: RunningPostgres
/** The address of Postgres for the service, whichever port it comes back on. */
let way: TcpProxy
let redis: RedisNode
let service: Instance
let visitors: Visitors
let page: Page

// Without a Chromium the run has reported why.
describe.skipIf(chromium.kind === 'none')('the console while a store is down', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    folder = await mkdtemp(join(tmpdir(), 'latchkey-console-postgres-'))
    postgres = await startPostgres({ directory: folder, port: 0, settings: { fsync: 'off' } })
    redis = await startRedisNode({ kind: 'server' })
    await migrate(postgres.url)
    way = await startProxy(postgres.port)
    const databaseUrl = new URL(postgres.url)
    databaseUrl.port = String(way.port)
    service = await startInstance({ DATABASE_URL: databaseUrl.href, REDIS_URL: redis.url }, 0, {
      consoleFolder: inject('consoleFolder'),
    })
    await createUser(service.services, email, { roles: ['admin'] })
    visitors = await receiveVisitors(chromium.path, service.url)
    page = await visitors.visit()
    await signIn(page, email)
  })

  afterAll(async () => {
    await visitors?.close()
    await service?.close()
    await Promise.all([redis?.close(), way?.close(), postgres?.stop()])
    await rm(folder, { recursive: true, force: true })
  })

  const own = () => device(page, 'Chrome on Linux')
  const notices = (of: Page) => of.locator('.lk-notice, .lk-note')
  /** Everything on the page that reports a problem. */
  const problems = async (of: Page) => (await notices(of).allInnerTexts()).map(text => text.trim())

  it('reports a Redis outage to operators, and not to users', async () => {
    const other = 'user@example.test'
    await createUser(service.services, other)
    const user = await visitors.visit(phone)
    await signIn(user, other)
    const slow = page.getByText('Redis is down. Sessions are read from Postgres until it is back.')
    await own().waitFor()
    await redis.kill()
    await slow.waitFor()
    await own()
      .getByRole('button', { name: /Rename/ })
      .click()
    await page.getByLabel('Device name').fill('Still here')
    await page.keyboard.press('Enter')
    await device(page, 'Still here').waitFor()
    await device(user, 'Safari on iOS').waitFor()
    expect(await problems(user)).toEqual([])
    await user.context().close()
    await redis.start()
    await slow.waitFor({ state: 'detached' })
  })

  it('reports a Postgres outage once to each reader, keeps the session, and recovers by itself', async () => {
    const operatorNotice =
      'Postgres is down. You’re still signed in, but changes can’t be saved. This page keeps trying.'
    const notice = page.getByText(operatorNotice)
    await postgres.stop()
    await notice.waitFor()
    expect(await problems(page)).toEqual([operatorNotice])
    expect(await device(page, 'Still here').isVisible()).toBe(true)

    await device(page, 'Still here').getByRole('button', { name: 'Rename Still here' }).click()
    await page.getByLabel('Device name').fill('Too early')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'That didn’t go through.' }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()

    const stranger = await visitors.visit()
    const away =
      'The service is temporarily unavailable. You can’t sign in right now. This page keeps trying.'
    await stranger.getByText(away).waitFor()
    expect(await problems(stranger)).toEqual([away])
    await fillIn(stranger, email)
    await stranger.getByText('Sign-in is temporarily unavailable. Try again in a moment.').waitFor()
    expect(await problems(stranger)).toHaveLength(1)
    await page.reload()
    await page.getByText('The service is temporarily unavailable.').waitFor()
    expect(await problems(page)).toHaveLength(1)

    postgres = await startPostgres({ directory: folder, port: 0, settings: { fsync: 'off' } })
    way.retarget(postgres.port)
    await device(page, 'Still here').waitFor()
    await expect.poll(() => problems(page)).toEqual([])
    // The refusal goes with the outage, and what was typed is still there.
    await expect.poll(() => problems(stranger)).toEqual([])
    await stranger.getByRole('button', { name: 'Sign in' }).click()
    await device(stranger, 'Still here').waitFor()
  })

  it.each([
    ['a desktop', { width: 1280, height: 800 }],
    ['a phone', phone.viewport],
  ])('keeps the card of this device whole on %s when a sign-out fails', async (_place, viewport) => {
    await page.setViewportSize(viewport)
    const card = device(page, 'Still here')
    const whole = await shapeOf(card)
    const failed = '**/v1/auth/logout'
    await page.route(failed, route => route.abort())
    await card.getByRole('button', { name: 'Sign out', exact: true }).click()
    const alert = page.getByRole('alert')
    await alert.filter({ hasText: 'You’re still signed in' }).waitFor()
    expect(await alert.count()).toBe(1)
    expect(await shapeOf(card)).toEqual(whole)
    expect(await isTooWide(page)).toBe(false)
    expect(await accessibilityFaults(page)).toEqual([])
    const box = await alert.boundingBox()
    const around = await card.boundingBox()
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual((around?.x ?? 0) + (around?.width ?? 0))
    expect(box?.height).toBeLessThan(110)

    await page.reload()
    await card.waitFor()
    await page.getByRole('button', { name: 'Sign out of this device' }).click()
    await alert.filter({ hasText: 'You’re still signed in' }).waitFor()
    expect(await shapeOf(card)).toMatchObject({ name: whole.name, badge: whole.badge })
    expect(await isTooWide(page)).toBe(false)
    await page.unroute(failed)
    await page.reload()
    await card.waitFor()
  })

  /** The sizes of a card's name and badge, and how far the badge is from the card's edge. */
  async function shapeOf(card: Locator) {
    const sizeOf = async (part: Locator) => {
      const box = await part.boundingBox()
      return { width: Math.round(box?.width ?? 0), height: Math.round(box?.height ?? 0) }
    }
    return { name: await sizeOf(card.locator('bdi')), badge: await sizeOf(card.getByText('This device')) }
  }

  it('tells an operator which store it is, and what it means', async () => {
    await page.getByRole('link', { name: 'Overview' }).click()
    const stores = page.getByRole('region', { name: 'Data stores (this instance)' })
    await stores.getByText('In sync').waitFor()
    await redis.kill()
    await stores.getByText('Postgres answers all reads. Slower; nothing is lost.').waitFor()
    await page.getByRole('heading', { name: 'Working, with limits' }).waitFor()
    await redis.start()
    await stores.getByText('Answers most reads.').waitFor()
  })

  it('loads nothing from elsewhere, and nothing that the content security policy forbids', () => {
    expect(visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
