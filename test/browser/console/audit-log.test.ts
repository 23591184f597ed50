import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { client } from '../../support/client.ts'
// For the types of what it provides.
import type {} from '../global-setup.ts'
import { type Console, startConsole } from './console.ts'
import { accessibilityFaults, fillIn, signIn } from './visitor.ts'

const chromium = inject('chromium')

let rig: Console

// Without a Chromium the run has reported why.
describe.skipIf(chromium.kind === 'none')('the audit log at the console', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    rig = await startConsole({ chromiumPath: chromium.path, consoleFolder: inject('consoleFolder') })
  })

  afterAll(async () => {
    await rig?.close()
  })

  it('is read by type, and exported as CSV once there is something to export', async () => {
    const email = await rig.newUser(['admin'])
    const { accessToken: token } = await client(rig.service.url).signIn(await rig.newUser(['admin']))
    const body = { strategy: 'client_type', value: 'mobile', reason: 'a bad release' }
    await client(rig.service.url).call('POST', '/v1/admin/revocations', { token, body })
    const page = await rig.visitors.visit()
    await signIn(page, email)
    let release = () => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    await page.route('**/v1/admin/events?*', async route => {
      await held
      await route.continue()
    })
    await page.getByRole('link', { name: 'Audit log' }).click()
    const exported = page.getByRole('button', { name: 'Export as CSV' })
    expect(await exported.isDisabled()).toBe(true)
    release()
    await page.getByRole('row').nth(1).waitFor()
    expect(await exported.isEnabled()).toBe(true)

    await page.getByLabel('Event', { exact: true }).selectOption('Bulk revocation')
    await page.getByText(/reason: a bad release/).waitFor()
    await expect.poll(() => page.getByRole('row').count()).toBe(2)
    const saved = page.waitForEvent('download')
    await exported.click()
    const file = await (await saved).path()
    const [header, row, ...rest] = (await readFile(file, 'utf8')).split('\r\n')
    expect(header).toBe('time,severity,type,user,session,actor,address,agent,details')
    expect(row).toMatch(
      /,warning,bulk_revocation,,,[0-9a-f-]{36},127\.0\.0\.1,.*""reason"":""a bad release""/,
    )
    expect(rest).toEqual([''])

    await page.getByLabel('Event', { exact: true }).selectOption('Signing key revoked')
    await page.getByText('No matching events.').waitFor()
    expect(await exported.isDisabled()).toBe(true)
  })

  it('groups the events of a sign-in, and shows times with seconds and the rest on demand', async () => {
    const email = await rig.newUser(['admin'])
    const page = await rig.visitors.visit({ timezoneId: 'UTC' })
    await signIn(page, email)
    await page.evaluate('location.hash = "#audit-log"')
    await page.getByRole('columnheader', { name: 'Time (UTC)' }).waitFor()
    await page.getByLabel('User', { exact: true }).fill(email)
    const row = page.getByRole('row').filter({ hasText: 'New device' })
    await expect.poll(() => row.count()).toBe(1)
    expect(await row.innerText()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)
    const more = row.getByRole('button', { name: '+2 events' })
    expect(await more.getAttribute('aria-expanded')).toBe('false')
    await more.click()
    await page.getByText('Sign-in succeeded').last().waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByRole('link', { name: 'Only this session' }).first().click()
    await expect
      .poll(() => page.getByLabel('Session', { exact: true }).inputValue())
      .toMatch(/^[0-9a-f-]{36}$/)
  })

  it('filters by severity and network, keeps the filters in the address, and says what is wrong at its field', async () => {
    const email = await rig.newUser(['admin'])
    const page = await rig.visitors.visit()
    await fillIn(page, email, 'not the password')
    await page.getByText('Incorrect email or password.').waitFor()
    await signIn(page, email)
    await page.evaluate('location.hash = "#audit-log?severity=warning&address=127.0.0.0%2F8"')
    await page.getByRole('row').filter({ hasText: 'Sign-in failed' }).first().waitFor()
    expect(await page.getByRole('row').filter({ hasText: 'Sign-in succeeded' }).count()).toBe(0)
    expect(await page.getByLabel('IP address', { exact: true }).inputValue()).toBe('127.0.0.0/8')
    await page.getByLabel('IP address', { exact: true }).fill('192.0.2.1')
    await page.getByText('No matching events.').waitFor()
    expect(await page.evaluate('location.hash')).toBe('#audit-log?severity=warning&address=192.0.2.1')
    await page.getByLabel('IP address', { exact: true }).fill('an address')
    await page.getByText(/must be an IP address or a network/).waitFor()
    expect(await page.getByLabel('IP address', { exact: true }).getAttribute('aria-invalid')).toBe('true')
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByRole('row').nth(1).waitFor()
    expect(await page.evaluate('location.hash')).toBe('#audit-log')
  })

  it('loads nothing from elsewhere, and nothing that the content security policy forbids', () => {
    expect(rig.visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
