import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { client } from '../../support/client.ts'
import { goodPassword } from '../../support/service.ts'
// For the types of what it provides.
import type {} from '../global-setup.ts'
import { type Console, startConsole } from './console.ts'
import { accessibilityFaults, fillIn, isTooWide, lockOut, phone, signIn } from './visitor.ts'

const chromium = inject('chromium')
const newPassword = 'seven green bottles'

let rig: Console

// Without a Chromium the run has reported why.
describe.skipIf(chromium.kind === 'none')('the account of a user', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    rig = await startConsole({
      chromiumPath: chromium.path,
      consoleFolder: inject('consoleFolder'),
      settings: { PASSWORD_MIN_LENGTH: '14' },
    })
  })

  afterAll(async () => {
    await rig?.close()
  })

  const current = (page: Page) => page.getByLabel('Current password', { exact: true })
  const next = (page: Page) => page.getByLabel('New password', { exact: true })
  const repeated = (page: Page) => page.getByLabel('Repeat new password', { exact: true })

  async function change(page: Page, currentPassword: string, password: string, again = password) {
    await current(page).fill(currentPassword)
    await next(page).fill(password)
    await repeated(page).fill(again)
    await page.getByRole('button', { name: 'Change password' }).click()
  }

  /** Whether the field counts as invalid and has the focus, and what a screen reader reads with it. */
  async function described(field: Locator) {
    const ids = ((await field.getAttribute('aria-describedby')) ?? '').split(' ').filter(id => id !== '')
    const texts = ids.map(id => field.page().locator(`[id="${id}"]`).innerText())
    return {
      isInvalid: (await field.getAttribute('aria-invalid')) === 'true',
      isFocused: (await field.and(field.page().locator(':focus')).count()) === 1,
      text: (await Promise.all(texts)).join(' '),
    }
  }

  async function passwordForm(email: string, options = {}): Promise<Page> {
    const page = await rig.visitors.visit(options)
    await signIn(page, email)
    await page.evaluate('location.hash = "#security/password"')
    await current(page).waitFor()
    return page
  }

  it('states the rule of this service before a password is typed', async () => {
    const page = await passwordForm(await rig.newUser())
    expect((await described(next(page))).text).toBe(
      'At least 14 characters. A few unrelated words work well.',
    )
  })

  it('finds a short password and a wrong repetition without asking the service, at their fields', async () => {
    const page = await passwordForm(await rig.newUser(), phone)
    const asked: string[] = []
    page.on('request', request => asked.push(new URL(request.url()).pathname))
    await change(page, 'whatever', 'short', 'shorter')
    expect(await described(next(page))).toMatchObject({
      isInvalid: true,
      isFocused: true,
      text: expect.stringContaining('Use at least 14 characters.'),
    })
    expect(await described(repeated(page))).toMatchObject({
      isInvalid: true,
      text: 'Passwords don’t match.',
    })
    expect(await described(current(page))).toMatchObject({ isInvalid: false })
    expect(asked).not.toContain('/v1/auth/password')
    expect(await accessibilityFaults(page)).toEqual([])
    await next(page).fill(newPassword)
    await repeated(page).fill(newPassword)
    expect((await described(next(page))).isInvalid).toBe(false)
    expect((await described(repeated(page))).isInvalid).toBe(false)
  })

  it('estimates the new password, by code that only this form loads', async () => {
    const page = await rig.visitors.visit()
    const loaded: string[] = []
    page.on('request', request => loaded.push(request.url()))
    await signIn(page, await rig.newUser())
    await page.getByRole('link', { name: 'Security' }).click()
    await page.getByText('Account created').waitFor()
    expect(loaded.filter(url => url.includes('/strength'))).toEqual([])
    await page.evaluate('location.hash = "#security/password"')
    const meter = page.getByRole('meter', { name: 'Password strength' })
    for (const [password, word] of [
      ['passwordpassword', /weak/i],
      ['seven green bottles', /Strong/],
      ['xK9#q', /weak/i],
    ] as const) {
      await next(page).fill(password)
      await page.locator('.lk-strength span').filter({ hasText: word }).waitFor()
      expect(await meter.isVisible()).toBe(true)
    }
    expect(loaded.filter(url => url.includes('/strength'))).toHaveLength(1)
    expect(await accessibilityFaults(page)).toEqual([])
  })

  it('shows what the service refuses at its field, until the value changes', async () => {
    const page = await passwordForm(await rig.newUser())
    await change(page, 'not the password', newPassword)
    await page.getByText('Current password is incorrect.').waitFor()
    expect(await described(current(page))).toMatchObject({ isInvalid: true, isFocused: true })
    await current(page).fill(goodPassword)
    expect(await described(current(page))).toMatchObject({ isInvalid: false })
    await change(page, goodPassword, 'passwordpassword')
    await expect.poll(async () => (await described(next(page))).text).toMatch(/common one/)
    expect(await described(next(page))).toMatchObject({ isInvalid: true, isFocused: true })
  })

  it('changes the password, which signs the other device out', async () => {
    const email = await rig.newUser()
    const [page, hand] = await Promise.all([passwordForm(email), rig.visitors.visit(phone)])
    await signIn(hand, email)
    await change(page, goodPassword, newPassword)
    await page.getByText('Password changed. You’re signed out on all other devices.').waitFor()
    await hand.getByText('You were signed out: your password was changed').waitFor()
    await signIn(hand, email, newPassword)
  })

  it('lists one line per event, with details on demand', async () => {
    const email = await rig.newUser()
    const page = await rig.visitors.visit(phone)
    await signIn(page, email)
    await page.evaluate('location.hash = "#security"')
    const entry = page.getByRole('listitem').filter({ hasText: 'New device signed in' })
    const details = entry.getByText('127.0.0.1')
    expect(await details.isVisible()).toBe(false)
    expect((await entry.boundingBox())?.height).toBeLessThan(56)
    await entry.getByText('New device signed in').click()
    await details.waitFor()
    await entry.getByRole('button', { name: 'No, it wasn’t' }).click()
    expect(await page.evaluate('document.activeElement.className')).toBe('lk-question')
    await entry.getByText('If this wasn’t you, change your password.').waitFor()
    expect(await entry.getByRole('link', { name: 'Change password' }).getAttribute('href')).toBe(
      '#security/password',
    )
    expect(await page.getByText('Don’t recognize something?').count()).toBe(1)
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await isTooWide(page)).toBe(false)
  })

  it('asks whether it was the user, and does not ask again once they say so', async () => {
    const page = await rig.visitors.visit()
    await signIn(page, await rig.newUser())
    await page.evaluate('location.hash = "#security"')
    const entry = page.getByRole('listitem').filter({ hasText: 'New device signed in' })
    await entry.getByText('New device signed in').click()
    await entry.getByRole('button', { name: 'Yes, it was me' }).click()
    await entry.getByText('127.0.0.1').waitFor({ state: 'hidden' })
    // The button that had the focus is gone.
    expect(await page.evaluate('document.activeElement.tagName')).toBe('SUMMARY')
    await page.reload()
    await entry.getByText('New device signed in').click()
    await entry.getByText('127.0.0.1').waitFor()
    expect(await page.getByText('Was this you?').count()).toBe(0)
  })

  it('signs out the device of an event that was not the user', async () => {
    const email = await rig.newUser()
    const page = await rig.visitors.visit()
    await signIn(page, email)
    await rig.elsewhere(email, 'Phone')
    await page.evaluate('location.hash = "#security"')
    const entry = page.getByRole('listitem').filter({ hasText: 'New device signed in' }).first()
    await page.getByText('Account created').waitFor()
    await entry.getByText('New device signed in').click()
    await entry.getByRole('button', { name: 'No, it wasn’t' }).click()
    await entry.getByRole('button', { name: 'Sign out this device' }).click()
    await entry.getByText('The device is signed out.').waitFor()
    await page.getByRole('link', { name: 'Your devices', exact: true }).click()
    await page.getByText('You’re signed in on this device only.').waitFor()
  })

  it('advises only on a new device, a failure or a copied login', async () => {
    const email = await rig.newUser()
    const page = await rig.visitors.visit()
    await fillIn(page, email, 'not the password')
    await page.getByText('Incorrect email or password.').waitFor()
    await signIn(page, email)
    await rig.elsewhere(email, 'Phone')
    await page.getByRole('button', { name: 'Sign out Phone' }).click()
    await page.getByRole('button', { name: 'Sign out device' }).click()
    await page.getByText('Phone is signed out.').waitFor()
    await page.evaluate('location.hash = "#security"')
    await page.getByText('Account created').waitFor()
    const advised = await page
      .getByRole('listitem')
      .filter({ has: page.locator('.lk-question') })
      .locator('.lk-event-title')
      .allTextContents()
    expect(new Set(advised)).toEqual(new Set(['New device signed in', 'Failed sign-in']))
  })

  it('does not list a wrong current password as a failed sign-in', async () => {
    const email = await rig.newUser()
    const page = await passwordForm(email)
    await change(page, 'not the password', newPassword)
    await page.getByText('Current password is incorrect.').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.reload()
    await page.getByText('Password change failed').waitFor()
    expect(await page.getByText('Failed sign-in').count()).toBe(0)
  })

  it('gives a device that was signed out a neutral mark, and names no device that is not known', async () => {
    const email = await rig.newUser()
    const page = await rig.visitors.visit()
    const { accessToken: token } = await rig.elsewhere(email, 'Phone')
    await client(rig.service.url).call('POST', '/v1/auth/logout', { token })
    await signIn(page, email)
    await page.evaluate('location.hash = "#security"')
    const ended = page.getByRole('listitem').filter({ hasText: 'Signed out' })
    await ended.waitFor()
    const began = page.getByRole('listitem').filter({ hasText: 'Signed in' }).first()
    const markOf = (entry: typeof ended) => entry.locator('.lk-dot path').first().getAttribute('d')
    expect(await ended.locator('.lk-dot').getAttribute('class')).toBe('lk-dot lk-calm')
    expect(await markOf(ended)).not.toBe(await markOf(began))
    expect(await page.getByText('Unknown device').count()).toBe(0)
  })

  it('is locked after too many failures, which the page says with a countdown and without internals', async () => {
    const page = await rig.visitors.visit()
    const told = await lockOut(page, await rig.newUser())
    const words =
      /^Too many failed attempts\. Try again in (15:00|14:\d\d), or use a device you’ve signed in on before\.$/
    const first = words.exec((await told.textContent()) ?? '')?.[1]
    expect(first).toBeDefined()
    await expect
      .poll(async () => words.exec((await told.textContent()) ?? '')?.[1], { timeout: 10_000 })
      .not.toBe(first)
    expect(await page.getByRole('button', { name: 'Sign in' }).isDisabled()).toBe(true)
    expect(await accessibilityFaults(page)).toEqual([])
  })

  it('loads nothing from elsewhere, and nothing that the content security policy forbids', () => {
    expect(rig.visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
