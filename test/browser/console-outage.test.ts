import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type RunningPostgres, startPostgres } from '../../scripts/stores.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { startProxy, type TcpProxy } from '../fault/proxy.ts'
import { type RedisNode, startRedisNode } from '../support/redis-node.ts'
import { createUser, type Instance, startInstance } from '../support/service.ts'
// For the types of what it provides.
import type {} from './global-setup.ts'
import { device, fillIn, receiveVisitors, signIn, type Visitors } from './visitor.ts'

const chromium = inject('chromium')
const email = 'outage@example.test'

let folder: string
let postgres: RunningPostgres
/** Where Postgres is for the service, whatever port it comes back on. */
let way: TcpProxy
let redis: RedisNode
let service: Instance
let visitors: Visitors
let page: Page

// Without a Chromium, which the run has said and why.
describe.skipIf(chromium.kind === 'none')('the console while a store is away', () => {
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
  const slow = () => page.getByText('Everything works, perhaps a little slower.')

  it('says that Redis was killed, and goes on', async () => {
    await own().waitFor()
    await redis.kill()
    await slow().waitFor()
    await own()
      .getByRole('button', { name: /Rename/ })
      .click()
    await page.getByLabel('Name of the device').fill('Still here')
    await page.keyboard.press('Enter')
    await device(page, 'Still here').waitFor()
    await redis.start()
    await slow().waitFor({ state: 'detached' })
  })

  it('says that Postgres is stopped, keeps the session, and recovers by itself', async () => {
    const notice = page.getByText('The service cannot reach its database. You stay signed in')
    await postgres.stop()
    await notice.waitFor()
    expect(await device(page, 'Still here').isVisible()).toBe(true)

    await device(page, 'Still here').getByRole('button', { name: 'Rename Still here' }).click()
    await page.getByLabel('Name of the device').fill('Too early')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'You are still signed in' }).waitFor()

    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Sign out of this device' }).click()
    await page.getByRole('alert').filter({ hasText: 'You are still signed in' }).waitFor()

    const stranger = await visitors.visit()
    await stranger.getByText('The service cannot reach its database.').waitFor()
    await fillIn(stranger, email)
    await stranger.getByText('The service is not available just now.').waitFor()
    await page.reload()
    await notice.waitFor()

    postgres = await startPostgres({ directory: folder, port: 0, settings: { fsync: 'off' } })
    way.retarget(postgres.port)
    await device(page, 'Still here').waitFor()
    await notice.waitFor({ state: 'detached' })
    // What was written is still there.
    await stranger.getByRole('button', { name: 'Sign in' }).click()
    await device(stranger, 'Still here').waitFor()
  })

  it('tells an operator which store it is, and what it means', async () => {
    await page.getByRole('link', { name: 'Overview' }).click()
    const stores = page.getByRole('region', { name: 'Stores, as this instance sees them' })
    await stores.getByText('Following').waitFor()
    await redis.kill()
    await stores.getByText('Postgres answers everything instead.').waitFor()
    await redis.start()
    await stores.getByText('It answers most questions, so that Postgres need not.').waitFor()
  })

  it('has signed nobody out, and broken no rule of its pages', () => {
    expect(visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
