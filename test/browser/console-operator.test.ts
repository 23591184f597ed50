import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { client } from '../support/client.ts'
import { createUser, type Instance, startInstance } from '../support/service.ts'
import { freshDatabase, freshRedis } from '../support/stores.ts'
// For the types of what it provides.
import type {} from './global-setup.ts'
import { accessibilityFaults, device, isTooWide, receiveVisitors, signIn, type Visitors } from './visitor.ts'

const chromium = inject('chromium')
const operatorEmail = 'operator@example.test'

let service: Instance
let visitors: Visitors
let page: Page
/** What the page has loaded, by its name without the hash. */
const loaded: string[] = []

// Without a Chromium, which the run has said and why.
describe.skipIf(chromium.kind === 'none')('an operator at the console', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    const environment = { DATABASE_URL: (await freshDatabase()).url, REDIS_URL: (await freshRedis()).url }
    service = await startInstance(environment, 0, { consoleFolder: inject('consoleFolder') })
    await createUser(service.services, operatorEmail, { roles: ['admin'] })
    visitors = await receiveVisitors(chromium.path, service.url)
    page = await visitors.visit()
    page.on('request', request => {
      const name = /\/assets\/([a-z-]+)-[\w-]+\.js$/.exec(request.url())?.[1]
      if (name !== undefined) loaded.push(name)
    })
    await signIn(page, operatorEmail)
  })

  afterAll(async () => {
    await visitors?.close()
    await service?.close()
  })

  const pageOf = async (name: string) => {
    await page.getByRole('link', { name }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
  }

  async function newPerson(email: string, clientType: string): Promise<string> {
    await createUser(service.services, email)
    return (await client(service.url).signIn(email, { clientType })).accessToken
  }

  it('sees live figures and charts, which are loaded when they are opened and not before', async () => {
    expect(loaded).not.toContain('charts')
    await newPerson('ada@example.test', 'mobile')
    await pageOf('Overview')
    await page.getByRole('img', { name: /Sign-ins: Signed in [2-9]/ }).waitFor()
    expect(loaded).toContain('charts')
    await page.getByText('Live sessions by client type').waitFor()
    await expect
      .poll(() =>
        page
          .getByRole('listitem')
          .filter({ hasText: /^mobile1$/ })
          .count(),
      )
      .toBe(1)
    await newPerson('grace@example.test', 'mobile')
    await expect
      .poll(() =>
        page
          .getByRole('listitem')
          .filter({ hasText: /^mobile2$/ })
          .count(),
      )
      .toBe(1)
    await page.getByText('Last day').click()
    await page.getByRole('img', { name: /Sign-ins: Signed in 3/ }).waitFor()
  })

  it('sees how the stores are, and what it means', async () => {
    const stores = page.getByRole('region', { name: 'Stores, as this instance sees them' })
    await stores.getByText('Following').waitFor()
    expect(await stores.getByText('Up', { exact: true }).count()).toBe(2)
    expect(await stores.getByText(/Snapshots count for 1000 ms after each reading/).isVisible()).toBe(true)
  })

  it('cleans up, and is told what was deleted', async () => {
    await page.getByRole('button', { name: 'Clean up now' }).click()
    await page.getByText(/Deleted 0 sessions and 0 events in \d+ ms/).waitFor()
  })

  it('finds a person by the address, and revokes a session of theirs for a reason', async () => {
    const token = await newPerson('frances@example.test', 'portal')
    await pageOf('People')
    await page.getByRole('searchbox').fill('fra')
    await page.getByRole('link', { name: 'ada@example.test' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'frances@example.test' }).click()
    await page.getByRole('button', { name: 'Revoke test' }).click()
    const question = page.getByRole('dialog')
    expect(await question.getByRole('button', { name: 'Revoke' }).isDisabled()).toBe(true)
    await question.getByLabel('Reason, for the audit log').fill('a lost phone')
    await question.getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('There are none.').waitFor()
    expect((await client(service.url).verify(token)).status).toBe(401)
    await page.getByText('Ended ones too').click()
    await device(page, 'test').getByText('admin').waitFor()
    await page.getByRole('button', { name: 'Unlock sign-in' }).click()
    await page.getByText('Sign-in is not locked any more.').waitFor()
  })

  it('sees how many sessions a revocation would end before it does', async () => {
    await pageOf('Revocations')
    await page.getByText('A client type').click()
    await page.getByLabel('Client type', { exact: true }).fill('toaster')
    await page.getByText(/That value must be one of web, portal/).waitFor()
    await page.getByLabel('Client type', { exact: true }).fill('mobile')
    await page.getByText('This would end 2 live sessions.').waitFor()
    await page.getByLabel('Reason, for the audit log').fill('a bad release')
    await page.getByRole('button', { name: 'Revoke…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('Done: 2 sessions have ended.').waitFor()
  })

  it('reads the audit log by type, and takes it away as CSV', async () => {
    await pageOf('Audit log')
    await page.getByLabel('Event', { exact: true }).selectOption('bulk revocation')
    await page.getByText(/reason: a bad release/).waitFor()
    await expect.poll(() => page.getByRole('row').count()).toBe(2)
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export as CSV' }).click()
    const file = await (await saved).path()
    const [header, row, ...rest] = (await readFile(file, 'utf8')).split('\r\n')
    expect(header).toBe('time,severity,type,user,session,actor,address,agent,details')
    expect(row).toMatch(
      /,warning,bulk_revocation,,,[0-9a-f-]{36},127\.0\.0\.1,.*""reason"":""a bad release""/,
    )
    expect(rest).toEqual([''])
  })

  it('finds nothing in the way of a screen reader or a phone on any page', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    for (const name of ['Overview', 'People', 'Revocations', 'Audit log']) {
      await pageOf(name)
      await page.waitForLoadState('networkidle').catch(() => {})
      expect(await accessibilityFaults(page), name).toEqual([])
      expect(await isTooWide(page), name).toBe(false)
    }
  })

  it('must write what it means to sign everybody out, and then is signed out too', async () => {
    await pageOf('Revocations')
    await page.getByText('Everybody').click()
    await page.getByText(/This would end \d live sessions?\./).waitFor()
    await page.getByLabel('Reason, for the audit log').fill('an exercise')
    await page.getByRole('button', { name: 'Revoke…' }).click()
    const question = page.getByRole('dialog', { name: 'Sign everybody out?' })
    const revoke = question.getByRole('button', { name: 'Revoke' })
    expect(await revoke.isDisabled()).toBe(true)
    await question.getByRole('textbox').fill('everybody')
    expect(await revoke.isDisabled()).toBe(true)
    await question.getByRole('textbox').fill('all')
    await revoke.click()
    await page.getByText('an operator ended this session').waitFor()
  })

  it('has pages that nobody without the permission can open', async () => {
    const email = 'somebody@example.test'
    await createUser(service.services, email)
    const other = await visitors.visit()
    await signIn(other, email)
    expect(await other.getByRole('link').allTextContents()).toEqual(['Your devices', 'Security'])
    await other.evaluate('location.hash = "#audit-log"')
    await other.getByText('Your account has no permission for this page.').waitFor()
  })

  it('loads nothing from elsewhere, and nothing that the policy of the pages forbids', () => {
    expect(visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
