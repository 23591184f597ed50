import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
// For the types of what it provides.
import type {} from '../global-setup.ts'
import { type Console, startConsole } from './console.ts'
import { accessibilityFaults, fillIn, isTooWide, lockOut, phone } from './visitor.ts'

const chromium = inject('chromium')
const password = 'seven green bottles'
/** A green square. */
const logo =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkyKv7DwAEaAIXu3lDXgAAAABJRU5ErkJggg=='

let rig: Console

// Without a Chromium the run has reported why.
describe.skipIf(chromium.kind === 'none')('the console of an operator with a name of their own', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-logo-'))
    await writeFile(join(folder, 'logo.png'), Buffer.from(logo, 'base64'))
    rig = await startConsole({
      chromiumPath: chromium.path,
      consoleFolder: inject('consoleFolder'),
      settings: {
        REGISTRATION: 'open',
        CONSOLE_NAME: 'Acme Cloud',
        CONSOLE_LOGO: `@${join(folder, 'logo.png')}`,
        CONSOLE_ACCENT: '#0b6e4f',
        CONSOLE_SUPPORT_URL: 'mailto:help@example.test',
        CONSOLE_PRIVACY_URL: 'https://example.test/privacy',
      },
    })
  })

  afterAll(async () => {
    await rig?.close()
  })

  const styleOf = (page: Page, selector: string) =>
    page.evaluate(`getComputedStyle(document.querySelector('${selector}')).backgroundColor`)
  const lang = (page: Page) => page.evaluate('document.documentElement.lang')

  it('has its name, logo, color and links, also for a user who is locked out', async () => {
    const page = await rig.visitors.visit()
    await page.getByRole('heading', { name: 'Sign in to Acme Cloud' }).waitFor()
    expect(await page.title()).toBe('Sign in to Acme Cloud')
    expect(await page.evaluate(`document.querySelector('.brand img').naturalWidth`)).toBe(1)
    expect(await styleOf(page, '.lk-primary')).toBe('rgb(11, 110, 79)')
    expect(await page.getByRole('link', { name: 'Help' }).getAttribute('href')).toBe(
      'mailto:help@example.test',
    )
    expect(await page.getByRole('link', { name: 'Privacy' }).getAttribute('href')).toBe(
      'https://example.test/privacy',
    )
    expect(await accessibilityFaults(page)).toEqual([])
    const told = await lockOut(page, await rig.newUser())
    expect(await told.getByRole('link', { name: 'Contact support' }).getAttribute('href')).toBe(
      'mailto:help@example.test',
    )
  })

  it('lets a visitor sign up, with the rule before they type and errors at their fields', async () => {
    const page = await rig.visitors.visit(phone)
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.getByRole('heading', { name: 'Create your Acme Cloud account' }).waitFor()
    await page.getByText('At least 12 characters.').waitFor()
    const email = page.getByLabel('Email')
    const field = page.getByLabel('Password', { exact: true })
    const create = page.getByRole('button', { name: 'Create account' })
    await email.fill('ada')
    await field.fill('short')
    await page.getByRole('meter', { name: 'Password strength' }).waitFor()
    await create.click()
    await page.getByText('Enter a valid email address.').waitFor()
    await page.getByText('Use at least 12 characters.').waitFor()
    expect(await email.getAttribute('aria-invalid')).toBe('true')
    expect(await page.evaluate('document.activeElement.name')).toBe('email')
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await isTooWide(page)).toBe(false)

    await email.fill(await rig.newUser())
    await field.fill(password)
    await create.click()
    await page.getByText('This email is already registered. Sign in instead.').waitFor()
    await email.fill('ada@example.test')
    await field.fill('passwordpassword')
    await create.click()
    await page.getByText('This password is too easy to guess. Choose another one.').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await field.fill(password)
    await create.click()
    await page.getByText('Active now').waitFor()
    expect(await page.evaluate('location.hash')).toBe('')
  })

  it('speaks the language of the browser, or the one that the user chooses, which it remembers', async () => {
    const page = await rig.visitors.visit({ locale: 'de-AT' })
    await page.getByRole('heading', { name: 'Bei Acme Cloud anmelden' }).waitFor()
    expect(await lang(page)).toBe('de-AT')
    await page.getByLabel('Sprache').selectOption('Français')
    await page.getByRole('heading', { name: 'Se connecter à Acme Cloud' }).waitFor()
    expect(await lang(page)).toBe('fr')
    await page.reload()
    await page.getByRole('heading', { name: 'Se connecter à Acme Cloud' }).waitFor()
    await page.getByLabel('Adresse e-mail').fill(await rig.newUser())
    await page.getByLabel('Mot de passe', { exact: true }).fill('correct horse battery')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Vos appareils' }).waitFor()
    await page.getByText('Actif maintenant').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
  })

  it.each(['es', 'ja', 'fr', 'de'])('fits a phone in every page, in %s', async locale => {
    const page = await rig.visitors.visit({ ...phone, locale, viewport: { width: 320, height: 700 } })
    await page.locator('input[type=email]').fill(await rig.newUser(['admin']))
    await page.locator('input[type=password]').fill('correct horse battery')
    await page.keyboard.press('Enter')
    await page.locator('.lk-live').waitFor()
    const hashes = ['#devices', '#security/password', '#overview', '#people', '#revocations', '#audit-log']
    for (const hash of hashes) {
      await page.evaluate(`location.hash = "${hash}"`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await isTooWide(page), hash).toBe(false)
    }
  })

  it('is light or dark as the system is, or as the user chooses, which it remembers', async () => {
    const page = await rig.visitors.visit({ colorScheme: 'light' })
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const [light, dark] = ['rgb(246, 247, 249)', 'rgb(14, 17, 22)']
    await page.getByLabel('Theme').waitFor()
    expect(await background()).toBe(light)
    await page.getByLabel('Theme').selectOption('Dark')
    expect(await background()).toBe(dark)
    await page.reload()
    expect(await background()).toBe(dark)
    await page.getByLabel('Theme').selectOption('System')
    expect(await background()).toBe(light)
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await background()).toBe(dark)
  })

  it('has a keyboard order from top to bottom', async () => {
    const page = await rig.visitors.visit()
    await fillIn(page, await rig.newUser())
    await page.getByText('Active now').waitFor()
    await page.reload()
    await page.getByText('Active now').waitFor()
    const seen: string[] = []
    for (let step = 0; step < 11; step++) {
      await page.keyboard.press('Tab')
      seen.push(
        String(
          await page.evaluate(
            `(e => e.ariaLabel ?? (e.labels?.[0] ?? e).textContent)(document.activeElement)`,
          ),
        ).trim(),
      )
    }
    expect(seen).toEqual([
      'Skip to content',
      'Your devices',
      'Security',
      'Sign out of this device',
      'Rename Chrome on Linux',
      'Details Chrome on Linux',
      'Sign out',
      'Language',
      'Theme',
      'Help',
      'Privacy',
    ])
  })

  it('loads nothing from elsewhere, and nothing that the content security policy forbids', () => {
    expect(rig.visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
