import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createUser, goodPassword, type Instance, startInstance } from '../support/service.ts'
import { freshDatabase, freshRedis } from '../support/stores.ts'
// For the types of what it provides.
import type {} from './global-setup.ts'
import {
  accessibilityFaults,
  device,
  fillIn,
  isTooWide,
  lockOut,
  receiveVisitors,
  signIn,
  type Visitors,
} from './visitor.ts'

const chromium = inject('chromium')
/** Long enough for any of the page's own questions to have been asked several times. */
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0'
const phone = {
  userAgent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  viewport: { width: 390, height: 844 },
}

let service: Instance
let visitors: Visitors
let users = 0

// Without a Chromium, which the run has said and why.
describe.skipIf(chromium.kind === 'none')('a person at the console', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    const environment = { DATABASE_URL: (await freshDatabase()).url, REDIS_URL: (await freshRedis()).url }
    service = await startInstance(environment, 0, { consoleFolder: inject('consoleFolder') })
    visitors = await receiveVisitors(chromium.path, service.url)
  })

  afterAll(async () => {
    await visitors?.close()
    await service?.close()
  })

  async function newPerson(): Promise<string> {
    const email = `console-${users++}@example.test`
    await createUser(service.services, email)
    return email
  }

  /** The same person, at a desk and with a phone. */
  async function twoDevices(): Promise<{ email: string; desk: Page; hand: Page }> {
    const email = await newPerson()
    const [desk, hand] = await Promise.all([visitors.visit({ userAgent: firefox }), visitors.visit(phone)])
    await signIn(desk, email)
    await signIn(hand, email)
    await device(desk, 'Safari on iOS').waitFor()
    return { email, desk, hand }
  }

  async function expectSignedOut(page: Page, why: RegExp): Promise<void> {
    await expect
      .poll(() => page.getByRole('alert').allTextContents())
      .toContainEqual(expect.stringMatching(why))
    expect(await page.getByRole('heading', { name: 'Sign in to Latchkey' }).isVisible()).toBe(true)
  }

  const pageOf = async (page: Page, name: string) => {
    await page.getByRole('link', { name }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
  }

  it('is told plainly that a password was wrong, and signs in with the right one', async () => {
    const email = await newPerson()
    const page = await visitors.visit({ userAgent: firefox })
    await fillIn(page, email, 'not the password')
    await page.getByText('The e-mail address or the password is not right.').waitFor()
    await signIn(page, email)
    const own = device(page, 'Firefox on Windows')
    expect(await own.getByText('This device').isVisible()).toBe(true)
    expect(await own.getByText('Active now').isVisible()).toBe(true)
    expect(await page.getByRole('link', { name: 'Overview' }).count()).toBe(0)
    await page.reload()
    await device(page, 'Firefox on Windows').waitFor()
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByRole('heading', { name: 'Sign in to Latchkey' }).waitFor()
    expect(await page.getByText('You were signed out').count()).toBe(0)
  })

  it('sees a second device come, renames it, and signs it out: it says so by itself, and why', async () => {
    const { desk, hand } = await twoDevices()
    const other = device(desk, 'Safari on iOS')
    expect(await other.getByText('New', { exact: true }).isVisible()).toBe(true)
    await other.getByRole('button', { name: 'Rename Safari on iOS' }).click()
    await desk.getByLabel('Name of the device').fill('My phone')
    await desk.keyboard.press('Enter')
    await device(desk, 'My phone').waitFor()
    await device(hand, 'My phone').waitFor()

    await device(desk, 'My phone').getByRole('button', { name: 'Sign out My phone' }).click()
    const question = desk.getByRole('dialog', { name: 'Sign out My phone?' })
    await question.getByRole('button', { name: 'Cancel' }).click()
    expect(await device(desk, 'My phone').isVisible()).toBe(true)
    await device(desk, 'My phone').getByRole('button', { name: 'Sign out My phone' }).click()
    await question.getByRole('button', { name: 'Sign out device' }).click()
    await device(desk, 'My phone').waitFor({ state: 'detached' })
    await expectSignedOut(hand, /You were signed out:.*from another of your devices/)
  })

  it('signs out everywhere else', async () => {
    const { desk, hand } = await twoDevices()
    await desk.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await desk.getByRole('button', { name: 'Sign out one device' }).click()
    await desk.getByText('You are signed in on this device only.').waitFor()
    await expectSignedOut(hand, /You were signed out:.*everywhere else/)
  })

  it('changes the password, which signs the other device out, and signs in with the new one', async () => {
    const { email, desk, hand } = await twoDevices()
    await pageOf(desk, 'Security')
    await desk.locator('main').getByRole('link', { name: 'Change password' }).first().click()
    const change = async (current: string, next: string, again = next) => {
      await desk.getByLabel('Current password', { exact: true }).fill(current)
      await desk.getByLabel('New password', { exact: true }).fill(next)
      await desk.getByLabel('New password, again', { exact: true }).fill(again)
      await desk.getByRole('button', { name: 'Change password' }).click()
    }
    await change('not the password', 'seven green bottles')
    await desk.getByText('The current password is not right.').waitFor()
    await change(goodPassword, 'short')
    await desk
      .getByRole('alert')
      .filter({ hasText: /12 characters/ })
      .waitFor()
    await change(goodPassword, 'seven green bottles')
    await desk.getByText('Your password is changed').waitFor()
    await expectSignedOut(hand, /You were signed out: your password was changed/)
    await signIn(hand, email, 'seven green bottles')
  })

  it('reads what has happened to the account in plain words, with what to do about it', async () => {
    const email = await newPerson()
    const page = await visitors.visit({ userAgent: firefox })
    await fillIn(page, email, 'not the password')
    await page.getByText('That did not work.').waitFor()
    await signIn(page, email)
    await pageOf(page, 'Security')
    await page.getByText('A sign-in failed').waitFor()
    expect(await page.getByText('Somebody gave a wrong password.').isVisible()).toBe(true)
    expect(await page.getByText('Account created').isVisible()).toBe(true)
  })

  it('is told of a lockout, and for how long', async () => {
    const email = await newPerson()
    const page = await visitors.visit()
    const told = await lockOut(page, email)
    expect(await told.textContent()).toMatch(/for another 1[45]:\d\d/)
    expect(await page.getByRole('button', { name: 'Sign in' }).isDisabled()).toBe(true)
  })

  it('finds nothing in the way of a screen reader or a phone on any page', async () => {
    const page = await visitors.visit(phone)
    await page.getByRole('heading', { name: 'Sign in to Latchkey' }).waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.evaluate('document.querySelector("h1").replaceChildren(document.createElement("button"))')
    expect(await accessibilityFaults(page)).toContainEqual(expect.stringContaining('button-name'))
    await page.reload()
    await signIn(page, await newPerson())
    for (const name of ['Your devices', 'Security']) {
      await pageOf(page, name)
      await page.getByText(name === 'Security' ? 'Account created' : 'Active now').waitFor()
      expect(await accessibilityFaults(page), name).toEqual([])
      expect(await isTooWide(page), name).toBe(false)
    }
  })

  it('loads nothing from elsewhere, and nothing that the policy of the pages forbids', () => {
    expect(visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
