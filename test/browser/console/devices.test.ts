import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
// For the types of what it provides.
import type {} from '../global-setup.ts'
import { type Console, startConsole } from './console.ts'
import { accessibilityFaults, device, fillIn, isTooWide, phone, signIn } from './visitor.ts'

const chromium = inject('chromium')
/** Several polls of the page. */
const withinSeconds = { timeout: 10_000 }
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0'

let rig: Console

// Without a Chromium the run has reported why.
describe.skipIf(chromium.kind === 'none')('the devices of a user', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    rig = await startConsole({ chromiumPath: chromium.path, consoleFolder: inject('consoleFolder') })
  })

  afterAll(async () => {
    await rig?.close()
  })

  /** The same user at a desk and with a phone. */
  async function twoDevices(): Promise<{ desk: Page; hand: Page }> {
    const email = await rig.newUser()
    const [desk, hand] = await Promise.all([
      rig.visitors.visit({ userAgent: firefox }),
      rig.visitors.visit(phone),
    ])
    await signIn(desk, email)
    await signIn(hand, email)
    await device(desk, 'Safari on iOS').waitFor()
    return { desk, hand }
  }

  async function expectSignedOut(page: Page, why: RegExp): Promise<void> {
    await expect
      .poll(() => page.getByRole('alert').allTextContents(), withinSeconds)
      .toContainEqual(expect.stringMatching(why))
    expect(await page.getByRole('heading', { name: 'Sign in to Latchkey' }).isVisible()).toBe(true)
  }

  it('refuses a wrong password in one sentence, and accepts the right one', async () => {
    const email = await rig.newUser()
    const page = await rig.visitors.visit({ userAgent: firefox })
    await fillIn(page, email, 'not the password')
    await page.getByText('Incorrect email or password.').waitFor()
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

  it('show a second one, rename it and sign it out, which that device reports with the reason', async () => {
    const { desk, hand } = await twoDevices()
    const other = device(desk, 'Safari on iOS')
    expect(await other.getByText('New', { exact: true }).isVisible()).toBe(true)
    await other.getByRole('button', { name: 'Rename Safari on iOS' }).click()
    await desk.getByLabel('Device name').fill('My phone')
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

  it('signs out all others', async () => {
    const { desk, hand } = await twoDevices()
    await desk.getByRole('button', { name: 'Sign out all other devices' }).click()
    await desk.getByRole('button', { name: 'Sign out 1 device' }).click()
    await desk.getByText('You’re signed in on this device only.').waitFor()
    await expectSignedOut(hand, /You were signed out:.*all other devices/)
  })

  it('offers the name a device has, and names of its kind, when it is renamed', async () => {
    const page = await rig.visitors.visit(phone)
    await signIn(page, await rig.newUser())
    await page.getByRole('button', { name: 'Rename Safari on iOS' }).click()
    const field = page.getByLabel('Device name')
    expect(await field.inputValue()).toBe('Safari on iOS')
    const options = await page.locator(`[id="${await field.getAttribute('list')}"] option`).all()
    const offered = await Promise.all(options.map(option => option.getAttribute('value')))
    expect(offered).toEqual(['My phone', 'Work phone'])
  })

  it('shows when a session began as a date and a time', async () => {
    const page = await rig.visitors.visit({ timezoneId: 'UTC' })
    await signIn(page, await rig.newUser())
    const facts = await device(page, 'Chrome on Linux').locator('.lk-facts').innerText()
    expect(facts.replaceAll('\u202f', ' ')).toMatch(/Signed in [A-Z][a-z]{2} \d{1,2}, \d{1,2}:\d\d [AP]M/)
  })

  it('shows exact times, with seconds and zone, on demand', async () => {
    const page = await rig.visitors.visit({ timezoneId: 'UTC' })
    await signIn(page, await rig.newUser())
    const own = device(page, 'Chrome on Linux')
    const expiry = own.getByText('Signs out at the latest')
    expect(await expiry.isVisible()).toBe(false)
    await own.getByText('Details').click()
    await expiry.waitFor()
    const times = await own.locator('dd time').allInnerTexts()
    expect(times).toHaveLength(4)
    for (const time of times) expect(time).toMatch(/^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d\d:\d\d:\d\d UTC$/)
    expect(await accessibilityFaults(page)).toEqual([])
  })

  it.each([
    ['a desktop', { width: 1280, height: 800 }],
    ['a phone', phone.viewport],
  ])('asks in the middle of %s before it signs a device out', async (_place, viewport) => {
    const email = await rig.newUser()
    await rig.elsewhere(email, 'Phone')
    const page = await rig.visitors.visit({ viewport })
    await signIn(page, email)
    await page.getByRole('button', { name: 'Sign out Phone' }).click()
    const box = await page.getByRole('dialog').boundingBox()
    expect(box).not.toBeNull()
    if (box === null) return
    const margins = {
      top: box.y,
      bottom: viewport.height - box.y - box.height,
      left: box.x,
      right: viewport.width - box.x - box.width,
    }
    expect(Math.abs(margins.top - margins.bottom)).toBeLessThan(3)
    expect(Math.abs(margins.left - margins.right)).toBeLessThan(3)
  })

  it('has no serious accessibility fault, and fits a phone', async () => {
    const page = await rig.visitors.visit(phone)
    await page.getByRole('heading', { name: 'Sign in to Latchkey' }).waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.evaluate('document.querySelector("h1").replaceChildren(document.createElement("button"))')
    expect(await accessibilityFaults(page)).toContainEqual(expect.stringContaining('button-name'))
    await page.reload()
    await signIn(page, await rig.newUser())
    await page.getByText('Active now').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await isTooWide(page)).toBe(false)
  })

  it('loads nothing from elsewhere, and nothing that the content security policy forbids', () => {
    expect(rig.visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
