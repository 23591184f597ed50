import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { client } from '../../support/client.ts'
// For the types of what it provides.
import type {} from '../global-setup.ts'
import { type Console, startConsole } from './console.ts'
import { accessibilityFaults, isTooWide, phone, signIn } from './visitor.ts'

const chromium = inject('chromium')

let rig: Console

// Without a Chromium the run has reported why.
describe.skipIf(chromium.kind === 'none')('an operator who revokes sessions', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    rig = await startConsole({
      chromiumPath: chromium.path,
      consoleFolder: inject('consoleFolder'),
      settings: {
        SESSION_POLICIES: JSON.stringify({
          web: { idleTimeoutSeconds: 604_800, absoluteTimeoutSeconds: 2_592_000 },
          tablet_app: { idleTimeoutSeconds: 7_200, absoluteTimeoutSeconds: 2_592_000 },
        }),
      },
    })
  })

  afterAll(async () => {
    await rig?.close()
  })

  async function revocations(options = {}): Promise<Page> {
    const page = await rig.visitors.visit(options)
    await signIn(page, await rig.newUser(['admin']))
    await page.getByRole('link', { name: 'Revocations' }).click()
    await page.getByRole('heading', { name: 'Revocations', level: 1 }).waitFor()
    return page
  }

  const isInvalid = async (page: Page, label: string) =>
    (await page.getByLabel(label, { exact: true }).getAttribute('aria-invalid')) === 'true'

  it('chooses among the client types of this service, and sees how many sessions that ends', async () => {
    const email = await rig.newUser()
    for (let device = 0; device < 2; device++) {
      await client(rig.service.url).signIn(email, { clientType: 'tablet_app' })
    }
    const page = await revocations()
    await page.getByText('Client type', { exact: true }).first().click()
    const select = page.getByRole('combobox', { name: 'Client type' })
    expect(await select.locator('option').allTextContents()).toEqual([
      'Choose a client type',
      'web',
      'tablet_app',
    ])
    await select.selectOption('tablet_app')
    await page.getByText('This ends 2 live sessions.').waitFor()
    await page.getByLabel('Reason, for the audit log').fill('a bad release')
    await page.getByRole('button', { name: 'Revoke…' }).click()
    const question = page.getByRole('dialog', { name: 'Revoke these sessions?' })
    await question.getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('Done: 2 sessions revoked.').waitFor()
  })

  it('reads what is wrong with a value at its field', async () => {
    const page = await revocations(phone)
    const preview = page.getByText('A preview appears here.')
    await page.getByText('IP or network', { exact: true }).click()
    await page.getByLabel('IP address or network', { exact: true }).fill('the office')
    await page.getByText('This value must be an address, or a network like 192.0.2.0/24.').waitFor()
    expect(await isInvalid(page, 'IP address or network')).toBe(true)
    expect(await preview.isVisible()).toBe(true)
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await isTooWide(page)).toBe(false)
    await page.getByText('User', { exact: true }).click()
    await page.getByLabel('Email or user ID', { exact: true }).fill('nobody@example.test')
    await page.getByText('No user with that email.').waitFor()
    expect(await isInvalid(page, 'Email or user ID')).toBe(true)
  })

  it('is told that a reason is missing', async () => {
    const page = await revocations()
    await page.getByText('All users', { exact: true }).click()
    await page.getByText(/This ends \d+ live sessions?\./).waitFor()
    await page.getByRole('button', { name: 'Revoke…' }).click()
    await page.getByText('Enter a reason to continue.').waitFor()
    expect(await isInvalid(page, 'Reason, for the audit log')).toBe(true)
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await page.evaluate('document.activeElement.name')).toBe('reason')
  })

  it('never confirms a number that was counted for something else', async () => {
    const email = await rig.newUser()
    await rig.elsewhere(email, 'Phone')
    const page = await rig.visitors.visit()
    await signIn(page, await rig.newUser(['admin']))
    await page.getByRole('link', { name: 'Revocations' }).click()
    await page.getByText('User', { exact: true }).click()
    await page.getByLabel('Reason').fill('a test')
    await page.getByLabel('Email or user ID', { exact: true }).fill(email)
    await page.getByText('This ends 1 live session.').waitFor()
    const revoke = page.getByRole('button', { name: 'Revoke…' })
    expect(await revoke.isEnabled()).toBe(true)
    await page.clock.pauseAt(Date.now() + 60_000)
    await page.getByLabel('Email or user ID', { exact: true }).fill('trouble')
    expect(await revoke.isDisabled()).toBe(true)
    expect(await page.getByText('Counting…').isVisible()).toBe(true)
    await page.clock.resume()
    await page.getByText('Signed in before', { exact: true }).first().click()
    await page.getByLabel('Signed in before').last().fill('2026-01-31T12:00')
    await page.getByText('This ends 0 live sessions.').waitFor()
  })

  it('types what it means to sign out all users, and is signed out too', async () => {
    const page = await revocations()
    await page.getByText('All users', { exact: true }).click()
    await page.getByText(/This ends \d+ live sessions?\./).waitFor()
    await page.getByLabel('Reason, for the audit log').fill('an exercise')
    await page.getByRole('button', { name: 'Revoke…' }).click()
    const question = page.getByRole('dialog', { name: 'Sign out all users?' })
    const revoke = question.getByRole('button', { name: 'Revoke' })
    expect(await revoke.isDisabled()).toBe(true)
    await question.getByRole('textbox').fill('everybody')
    expect(await revoke.isDisabled()).toBe(true)
    await question.getByRole('textbox').fill('all')
    await revoke.click()
    await page.getByText('an administrator ended this session').waitFor()
  })

  it('loads nothing from elsewhere, and nothing that the content security policy forbids', () => {
    expect(rig.visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
