import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { client } from '../../support/client.ts'
import { createUser } from '../../support/service.ts'
// For the types of what it provides.
import type {} from '../global-setup.ts'
import { type Console, startConsole } from './console.ts'
import { accessibilityFaults, device, isTooWide, phone, signIn } from './visitor.ts'

const chromium = inject('chromium')

let rig: Console
let page: Page
/** What the page has loaded, by name without the hash. */
const loaded: string[] = []

// Without a Chromium the run has reported why.
describe.skipIf(chromium.kind === 'none')('an operator at the console', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    rig = await startConsole({ chromiumPath: chromium.path, consoleFolder: inject('consoleFolder') })
    page = await rig.visitors.visit()
    page.on('request', request => {
      const name = /\/assets\/([a-z-]+)-[\w-]+\.js$/.exec(request.url())?.[1]
      if (name !== undefined) loaded.push(name)
    })
    await signIn(page, await rig.newUser(['admin']))
  })

  afterAll(async () => {
    await rig?.close()
  })

  const pageOf = async (name: string) => {
    await page.getByRole('navigation').getByRole('link', { name }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
  }

  async function newPerson(email: string, clientType: string): Promise<string> {
    await createUser(rig.service.services, email)
    return (await client(rig.service.url).signIn(email, { clientType })).accessToken
  }

  it('sees the shape of the overview while it loads, and nothing moves when the figures arrive', async () => {
    expect(loaded).not.toContain('charts')
    await newPerson('ada@example.test', 'mobile')
    let release = () => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    await page.route('**/v1/admin/**', async route => {
      await held
      await route.continue()
    })
    await pageOf('Overview')
    await page.getByText('Live sessions by client type').waitFor()
    await page.getByText('Data stores (this instance)').waitFor()
    await page.evaluate(`
      window.moved = 0
      new PerformanceObserver(list => {
        for (const entry of list.getEntries()) window.moved += entry.value
      }).observe({ type: 'layout-shift' })`)
    release()
    await page.getByRole('img', { name: /Sign-ins: Signed in [2-9]/ }).waitFor()
    await page.getByText(/^Updated \d\d:\d\d:\d\d$/).waitFor()
    await page.unroute('**/v1/admin/**')
    expect(loaded).toContain('charts')
    expect(await page.evaluate('window.moved')).toBeLessThan(0.01)
  })

  it('sees live figures', async () => {
    const sessions = (count: number) =>
      page.getByRole('listitem').filter({ hasText: new RegExp(`^mobile${count}$`) })
    await sessions(1).waitFor()
    await newPerson('grace@example.test', 'mobile')
    await sessions(2).waitFor()
    await page.getByText('Last day').click()
    await page.getByRole('img', { name: /Sign-ins: Signed in 3/ }).waitFor()
  })

  it('reads that nothing happened, instead of an empty grid', async () => {
    const chart = page.getByRole('figure').filter({ hasText: 'Lockouts and reuse' })
    await chart.getByText('None in this period').waitFor()
    expect(await chart.locator('canvas').count()).toBe(0)
  })

  it('sees first whether the service is healthy, then the state of the stores, and what it means', async () => {
    const second = page.getByRole('main').getByRole('heading').nth(1)
    expect(await second.innerText()).toBe('Everything is working')
    const stores = page.getByRole('region', { name: 'Data stores (this instance)' })
    await stores.getByText('In sync').waitFor()
    expect(await stores.getByText('Up', { exact: true }).count()).toBe(2)
    expect(await stores.getByText(/cached sessions valid for 1 s/).isVisible()).toBe(true)
  })

  it('cleans up, and reads what was deleted', async () => {
    await page.getByRole('button', { name: 'Clean up now' }).click()
    await page.getByText(/Deleted 0 sessions and 0 events in \d+ ms/).waitFor()
  })

  it('finds a user by email, and revokes one of their sessions for a reason', async () => {
    const token = await newPerson('frances@example.test', 'portal')
    await pageOf('Users')
    await page.getByRole('searchbox').fill('fra')
    await page.getByRole('link', { name: 'ada@example.test' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'frances@example.test' }).click()
    await page.getByRole('button', { name: 'Revoke test' }).click()
    const question = page.getByRole('dialog')
    expect(await question.getByRole('button', { name: 'Revoke' }).isDisabled()).toBe(true)
    await question.getByLabel('Reason, for the audit log').fill('a lost phone')
    await question.getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('No sessions.').waitFor()
    expect((await client(rig.service.url).verify(token)).status).toBe(401)
    await page.getByText('All sessions', { exact: true }).click()
    await device(page, 'test').getByText('admin').waitFor()
    expect(await page.getByRole('button', { name: 'Unlock sign-in' }).isDisabled()).toBe(true)
  })

  it('sees in the list and on the page that a user is locked, and unlocks them', async () => {
    const email = 'hopper@example.test'
    await createUser(rig.service.services, email)
    const body = { email, password: 'not the password' }
    // A busy machine may not count every attempt.
    await expect
      .poll(async () => (await client(rig.service.url).call('POST', '/v1/auth/login', { body })).status)
      .toBe(429)
    await pageOf('Users')
    const row = page.getByRole('row').filter({ hasText: email })
    await row.getByText('Locked').waitFor()
    await row.getByText('Never').waitFor()
    await row.getByRole('link').click()
    await page.getByText(/Sign-in is locked until .*\d\d:\d\d:\d\d/).waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Unlock sign-in' }).click()
    await page.getByText('Sign-in is unlocked.').waitFor()
    await page.getByText('Active', { exact: true }).waitFor()
    expect(await page.getByText('Locked', { exact: true }).count()).toBe(0)
  })

  it('changes the roles of a user, disables and enables the account, and deletes it', async () => {
    const email = 'lovelace@example.test'
    const id = await createUser(rig.service.services, email)
    await page.evaluate(`location.hash = "#people/${id}"`)
    const dialog = page.getByRole('dialog')
    const press = (name: string) => page.getByRole('main').getByRole('button', { name }).first().click()

    await press('Edit roles')
    await dialog.getByLabel('Roles').fill('clerk, auditor clerk')
    expect(await accessibilityFaults(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Save roles' }).click()
    await page.getByText('auditor', { exact: true }).waitFor()
    await page.getByText('clerk', { exact: true }).waitFor()

    await press('Disable account')
    await dialog.getByRole('button', { name: 'Disable account' }).click()
    await page.getByText(/This account has been disabled since/).waitFor()
    await press('Enable account')
    await dialog.getByRole('button', { name: 'Enable account' }).click()
    await page.getByText('Active', { exact: true }).waitFor()

    await press('Delete account')
    const confirm = dialog.getByRole('button', { name: 'Delete account' })
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByLabel(/email to confirm/).fill(email)
    await confirm.click()
    await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor()
    expect(await rig.service.services.directory.find(id)).toBeNull()
  })

  it('keeps “No roles” on one line beside a long email', async () => {
    await createUser(rig.service.services, `${'long-'.repeat(10)}er@${'sub.'.repeat(12)}example.test`)
    await page.setViewportSize({ width: 900, height: 800 })
    await pageOf('Users')
    await page.getByRole('searchbox').fill('long-')
    const words = page.getByText('No roles')
    await expect.poll(() => words.count()).toBe(1)
    expect((await words.boundingBox())?.height).toBeLessThan(30)
  })

  it.each(['bad-id', '0198c0de-0000-7000-8000-00000000000a'])(
    'reads that no user has the id %s, and goes back',
    async id => {
      await page.evaluate(`location.hash = "#people/${id}"`)
      await page.getByRole('heading', { name: 'User not found' }).waitFor()
      await page.getByRole('main').getByRole('link', { name: 'Users' }).click()
      await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor()
    },
  )

  it('finds the events of a user by email, and reads at the field that no user has it', async () => {
    await page.getByRole('searchbox').fill('frances')
    await page.getByRole('link', { name: 'frances@example.test' }).click()
    await page.getByRole('main').getByRole('link', { name: 'Audit log' }).click()
    await page.getByRole('row').filter({ hasText: 'user created' }).waitFor()
    const user = page.getByLabel('User', { exact: true })
    await user.fill('nobody@example.test')
    await page.getByText('No user with that email.').waitFor()
    expect(await user.getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByRole('alert').count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Export as CSV' }).isDisabled()).toBe(true)
    await user.fill('frances@example.test')
    await page.getByRole('row').filter({ hasText: 'frances@example.test' }).first().waitFor()
  })

  it('finds nothing that obstructs a screen reader or a phone', async () => {
    await page.setViewportSize(phone.viewport)
    for (const name of ['Overview', 'Users', 'Revocations', 'Audit log']) {
      await pageOf(name)
      await page.waitForLoadState('networkidle').catch(() => {})
      expect(await accessibilityFaults(page), name).toEqual([])
      expect(await isTooWide(page), name).toBe(false)
    }
  })

  it('loads nothing from elsewhere, and nothing that the content security policy forbids', () => {
    expect(rig.visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
