import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { client } from '../../support/client.ts'
import { query } from '../../support/database.ts'
// For the types of what it provides.
import type {} from '../global-setup.ts'
import { type Console, startConsole } from './console.ts'
import { accessibilityFaults, device, isTooWide, lockOut, signIn } from './visitor.ts'

const chromium = inject('chromium')
const hourMs = 3_600_000

let rig: Console

// Without a Chromium the run has reported why.
describe.skipIf(chromium.kind === 'none')('the console when users do the unexpected', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    rig = await startConsole({
      chromiumPath: chromium.path,
      consoleFolder: inject('consoleFolder'),
      settings: { MAX_SESSIONS_PER_USER: '250' },
    })
  })

  afterAll(async () => {
    await rig?.close()
  })

  it('asks nothing more for a person who went away five minutes ago, and goes on when they are back', async () => {
    const email = await rig.newUser()
    const page = await rig.visitors.visit()
    await signIn(page, email)
    await page.clock.install()
    await page.reload()
    await page.getByText('Active now').waitFor()
    let asked = 0
    page.on('request', () => asked++)
    await page.clock.runFor(20_000)
    expect(asked).toBeGreaterThan(0)
    await page.clock.runFor(5 * 60_000)
    const before = asked
    await page.clock.runFor(10 * 60_000)
    expect(asked).toBe(before)
    await page.mouse.move(100, 100)
    await expect.poll(() => asked).toBeGreaterThan(before)
  })

  it('tells the right time to a browser whose clock is an hour wrong', async () => {
    const email = await rig.newUser()
    await rig.elsewhere(email, 'Phone')
    const page = await rig.visitors.visit()
    await signIn(page, email)
    for (const wrongMs of [-hourMs, hourMs]) {
      await page.clock.setSystemTime(Date.now() + wrongMs)
      await page.reload()
      await device(page, 'Phone')
        .getByText(/Last active (just now|1 minute ago)/)
        .waitFor()
    }
  })

  it('shows names as they are, however long, and whatever is written in them', async () => {
    const email = await rig.newUser()
    const names = ['<b onclick="alert(1)">bold</b>', 'هاتف أحمد', 'W'.repeat(64), '=1+1']
    for (const name of names) await rig.elsewhere(email, name)
    const page = await rig.visitors.visit({ viewport: { width: 320, height: 640 } })
    await signIn(page, email)
    for (const name of names) expect(await device(page, name).first().isVisible(), name).toBe(true)
    expect(await isTooWide(page)).toBe(false)
    await device(page, names[2] ?? '')
      .getByRole('button', { name: /^Sign out/ })
      .click()
    await page.getByRole('dialog').waitFor()
    expect(await isTooWide(page)).toBe(false)
    expect(await accessibilityFaults(page)).toEqual([])
  })

  it('shows two hundred devices', async () => {
    const email = await rig.newUser()
    const tokens = await rig.elsewhere(email, 'Device 0')
    await query(
      rig.databaseUrl,
      `INSERT INTO user_sessions
       SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'device_name', 'Device ' || n))).*
       FROM user_sessions s, generate_series(1, 199) n WHERE id = '${tokens.sessionId}'`,
    )
    const page = await rig.visitors.visit()
    await signIn(page, email)
    await page.getByText('You’re signed in on 201 devices.').waitFor()
    expect(await page.getByRole('listitem', { name: /^Device/ }).count()).toBe(200)
    await page.getByRole('button', { name: 'Sign out all other devices' }).click()
    await page.getByRole('button', { name: 'Sign out 200 devices' }).click()
    await page.getByText('All other devices are signed out.').waitFor()
  })

  it('asks once, however often one clicks', async () => {
    const email = await rig.newUser()
    await rig.elsewhere(email, 'Phone')
    const page = await rig.visitors.visit()
    await signIn(page, email)
    let deletions = 0
    page.on('request', request => {
      if (request.method() === 'DELETE') deletions++
    })
    await page.getByRole('button', { name: 'Sign out Phone' }).click()
    await page.getByRole('button', { name: 'Sign out device' }).dblclick()
    await page.getByText('Phone is signed out.').waitFor()
    expect(deletions).toBe(1)
  })

  it('says that one was signed out, also in front of an open question', async () => {
    const email = await rig.newUser()
    const other = await rig.elsewhere(email, 'Phone')
    const page = await rig.visitors.visit()
    await signIn(page, email)
    await page.getByRole('button', { name: 'Sign out Phone' }).click()
    await client(rig.service.url).call('DELETE', '/v1/sessions', { token: other.accessToken })
    await page.getByText('You were signed out:').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    await signIn(page, email)
  })

  it('goes from question to answer when the device in question was signed out meanwhile', async () => {
    const email = await rig.newUser()
    const other = await rig.elsewhere(email, 'Phone')
    const page = await rig.visitors.visit()
    await signIn(page, email)
    await page.getByRole('button', { name: 'Sign out Phone' }).click()
    await client(rig.service.url).call('POST', '/v1/auth/logout', { token: other.accessToken })
    await device(page, 'Phone').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Sign out device' }).click()
    await page.getByText('Phone is signed out.').waitFor()
  })

  it('is signed in and out in all tabs of a browser', async () => {
    const page = await rig.visitors.visit()
    await signIn(page, await rig.newUser())
    const tab = await page.context().newPage()
    await tab.goto(page.url())
    await tab.getByText('Active now').waitFor()
    await tab.getByRole('button', { name: 'Sign out of this device' }).click()
    await page.getByRole('heading', { name: 'Sign in to Latchkey' }).waitFor()
    await signIn(tab, await rig.newUser())
    await page.getByText('Active now').waitFor()
  })

  it('shows what is typed as a password only to whoever asks for it', async () => {
    const page = await rig.visitors.visit()
    const field = page.getByLabel('Password', { exact: true })
    await field.fill('correct horse battery')
    expect(await field.getAttribute('type')).toBe('password')
    await page.getByRole('button', { name: 'Show: Password' }).click()
    expect(await field.getAttribute('type')).toBe('text')
  })

  it('does not move for those who ask for less motion', async () => {
    const page = await rig.visitors.visit()
    await signIn(page, await rig.newUser())
    await page.route('**/v1/sessions?*', () => {})
    for (const [reducedMotion, moves] of [
      ['no-preference', true],
      ['reduce', false],
    ] as const) {
      await page.emulateMedia({ reducedMotion })
      await page.reload()
      await page.locator('.lk-placeholder').waitFor()
      expect(await page.evaluate('document.getAnimations().length > 0'), reducedMotion).toBe(moves)
    }
  })

  it('lets another account sign in while one is locked', async () => {
    const email = await rig.newUser()
    const page = await rig.visitors.visit()
    await lockOut(page, email)
    await signIn(page, await rig.newUser())
    await page.getByText('Active now').waitFor()
  })

  it('loads nothing from elsewhere, and nothing that the content security policy forbids', () => {
    expect(rig.visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
