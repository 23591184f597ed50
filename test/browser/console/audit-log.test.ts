import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { client } from '../../support/client.ts'
// For the types of what it provides.
import type {} from '../global-setup.ts'
import { type Console, startConsole } from './console.ts'
import { signIn } from './visitor.ts'

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

    await page.getByLabel('Event', { exact: true }).selectOption('bulk revocation')
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

    await page.getByLabel('Event', { exact: true }).selectOption('key revoked')
    await page.getByText('No matching events.').waitFor()
    expect(await exported.isDisabled()).toBe(true)
  })

  it('loads nothing from elsewhere, and nothing that the content security policy forbids', () => {
    expect(rig.visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
