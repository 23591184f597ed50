import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { client } from '../support/client.ts'
import { query } from '../support/database.ts'
import { createUser, type Instance, startInstance } from '../support/service.ts'
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
const hourMs = 3_600_000

let databaseUrl: string
let service: Instance
let visitors: Visitors
let users = 0

// Without a Chromium, which the run has said and why.
describe.skipIf(chromium.kind === 'none')('the console, when people do what nobody thought of', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    databaseUrl = (await freshDatabase()).url
    const environment = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: (await freshRedis()).url,
      MAX_SESSIONS_PER_USER: '250',
      PERMISSIONS: JSON.stringify({
        auditor: ['audit:read'],
        support: ['users:read', 'sessions:read'],
      }),
    }
    service = await startInstance(environment, 0, { consoleFolder: inject('consoleFolder') })
    visitors = await receiveVisitors(chromium.path, service.url)
  })

  afterAll(async () => {
    await visitors?.close()
    await service?.close()
  })

  async function newPerson(roles: string[] = []): Promise<string> {
    const email = `trouble-${users++}@example.test`
    await createUser(service.services, email, { roles })
    return email
  }

  /** Signs in on a device of that name. */
  async function elsewhere(email: string, deviceName: string) {
    const tokens = await client(service.url).signIn(email)
    const { accessToken: token, sessionId } = tokens
    await client(service.url).call('PATCH', `/v1/sessions/${sessionId}`, { token, body: { deviceName } })
    return tokens
  }

  const focused = (page: Page) =>
    page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent')

  const whereabouts = (page: Page) => page.evaluate('location.hash')

  it('can be used by keyboard alone, and the focus is never lost', async () => {
    const email = await newPerson()
    const page = await visitors.visit()
    await page.getByLabel('E-mail address').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.type(email)
    await page.keyboard.press('Tab')
    await page.keyboard.type('correct horse battery')
    await page.keyboard.press('Enter')
    await page.getByText('Active now').waitFor()
    expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN')

    await page.reload()
    await page.getByText('Active now').waitFor()
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to content')
    expect(await page.getByRole('button', { name: 'Skip to content' }).boundingBox()).toMatchObject({ y: 12 })
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Rename Chrome on Linux')
    await page.keyboard.press('Enter')
    await page.keyboard.type('Desk')
    await page.keyboard.press('Escape')
    await expect.poll(() => focused(page)).toBe('Rename Chrome on Linux')

    await elsewhere(email, 'Phone')
    const signOut = device(page, 'Phone').getByRole('button', { name: 'Sign out Phone' })
    await signOut.focus()
    await page.keyboard.press('Enter')
    const question = page.getByRole('dialog', { name: 'Sign out Phone?' })
    await question.waitFor()
    for (let steps = 0; steps < 4; steps++) {
      await page.keyboard.press('Tab')
      const outside = await page.evaluate(
        'document.activeElement !== document.body && document.activeElement.closest("dialog") === null',
      )
      expect(outside).toBe(false)
    }
    await page.keyboard.press('Escape')
    // A closed dialog has no role any more, and yet is there for a moment: nobody is as fast as that with the next key.
    await page.locator('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('Sign out Phone')
    await page.keyboard.press('Enter')
    await question.getByRole('button', { name: 'Sign out device' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: 'Phone is signed out.' }).waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('MAIN')
  })

  it('asks nothing more for a person who went away five minutes ago, and goes on when they are back', async () => {
    const email = await newPerson()
    const page = await visitors.visit()
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
    const page = await visitors.visit()
    await signIn(page, await newPerson())
    for (const wrongMs of [-hourMs, hourMs]) {
      await page.clock.setSystemTime(Date.now() + wrongMs)
      await page.reload()
      await device(page, 'Chrome on Linux').getByText('Signed in just now').waitFor()
    }
  })

  it('shows names as they are, however long, and whatever is written in them', async () => {
    const email = await newPerson()
    const names = ['<b onclick="alert(1)">bold</b>', 'هاتف أحمد', 'W'.repeat(64), '=1+1']
    for (const name of names) await elsewhere(email, name)
    const page = await visitors.visit({ viewport: { width: 320, height: 640 } })
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
    const email = await newPerson()
    const tokens = await elsewhere(email, 'Device 0')
    await query(
      databaseUrl,
      `INSERT INTO user_sessions
       SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'device_name', 'Device ' || n))).*
       FROM user_sessions s, generate_series(1, 199) n WHERE id = '${tokens.sessionId}'`,
    )
    const page = await visitors.visit()
    await signIn(page, email)
    await page.getByText('You are signed in on 201 devices.').waitFor()
    expect(await page.getByRole('listitem', { name: /^Device/ }).count()).toBe(200)
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await page.getByRole('button', { name: 'Sign out 200 devices' }).click()
    await page.getByText('Every other device is signed out.').waitFor()
  })

  it('asks once, however often one clicks', async () => {
    const email = await newPerson()
    await elsewhere(email, 'Phone')
    const page = await visitors.visit()
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
    const email = await newPerson()
    const other = await elsewhere(email, 'Phone')
    const page = await visitors.visit()
    await signIn(page, email)
    await page.getByRole('button', { name: 'Sign out Phone' }).click()
    await client(service.url).call('DELETE', '/v1/sessions', { token: other.accessToken })
    await page.getByText('You were signed out:').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    await signIn(page, email)
  })

  it('goes from question to answer when the device in question was signed out meanwhile', async () => {
    const email = await newPerson()
    const other = await elsewhere(email, 'Phone')
    const page = await visitors.visit()
    await signIn(page, email)
    await page.getByRole('button', { name: 'Sign out Phone' }).click()
    await client(service.url).call('POST', '/v1/auth/logout', { token: other.accessToken })
    await device(page, 'Phone').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Sign out device' }).click()
    await page.getByText('Phone is signed out.').waitFor()
  })

  it('is signed in and out in all tabs of a browser', async () => {
    const page = await visitors.visit()
    await signIn(page, await newPerson())
    const tab = await page.context().newPage()
    await tab.goto(page.url())
    await tab.getByText('Active now').waitFor()
    await tab.getByRole('button', { name: 'Sign out of this device' }).click()
    await page.getByRole('heading', { name: 'Sign in to Latchkey' }).waitFor()
    await signIn(tab, await newPerson())
    await page.getByText('Active now').waitFor()
  })

  it('leads to where a link points, after the sign-in; back and forward lead through the pages', async () => {
    const page = await visitors.visit()
    await page.evaluate('location.hash = "#security/password"')
    const email = await newPerson()
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await page.keyboard.press('Enter')
    await page.getByLabel('Current password', { exact: true }).waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.autocomplete')).toBe('current-password')
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByRole('link', { name: 'Cancel' }).click()
    await expect.poll(() => focused(page)).toBe('Change password')
    await page.getByRole('link', { name: 'Your devices' }).click()
    await page.getByText('Active now').waitFor()
    await page.goBack()
    await page.getByText('Recent activity').waitFor()
    await page.goBack()
    await page.getByLabel('Current password', { exact: true }).waitFor()
    await page.goForward()
    await page.getByLabel('Current password', { exact: true }).waitFor({ state: 'detached' })
    expect(await whereabouts(page)).toBe('#security')
  })

  it('shows what is typed as a password only to whoever asks for it', async () => {
    const page = await visitors.visit()
    const field = page.getByLabel('Password', { exact: true })
    await field.fill('correct horse battery')
    expect(await field.getAttribute('type')).toBe('password')
    await page.getByRole('button', { name: 'Show password' }).click()
    expect(await field.getAttribute('type')).toBe('text')
  })

  it('offers an operator no more than the permissions allow', async () => {
    const anybody = await newPerson()
    await elsewhere(anybody, 'Phone')
    const refused: string[] = []
    const visit = async (role: string) => {
      const page = await visitors.visit()
      page.on('response', answer => {
        if (answer.status() === 403) refused.push(answer.url())
      })
      await signIn(page, await newPerson([role]))
      return page
    }
    const auditor = await visit('auditor')
    expect(await auditor.getByRole('navigation').getByRole('link').allTextContents()).toEqual([
      'Your devices',
      'Security',
      'Audit log',
    ])
    await auditor.getByRole('link', { name: 'Audit log' }).click()
    await auditor.getByRole('row').nth(3).waitFor()
    expect(await auditor.getByRole('table').getByRole('link').count()).toBe(0)

    const support = await visit('support')
    await support.getByRole('link', { name: 'People' }).click()
    await support.getByRole('link', { name: anybody }).click()
    await device(support, 'Phone').waitFor()
    expect(await support.getByRole('button', { name: /Revoke|Unlock/ }).count()).toBe(0)
    await support.evaluate('location.hash = "#revocations"')
    await support.getByText('Your account has no permission for this page.').waitFor()
    await support.getByRole('link', { name: 'Overview' }).click()
    await support.getByText('Following').waitFor()
    expect(await support.getByRole('button', { name: 'Clean up now' }).count()).toBe(0)
    expect(refused).toEqual([])
  })

  it('finds the events of a person by the address, and says when nobody has it', async () => {
    const email = await newPerson()
    const page = await visitors.visit({ viewport: { width: 390, height: 844 } })
    await signIn(page, await newPerson(['admin']))
    await page.getByRole('link', { name: 'People' }).click()
    await page.getByRole('searchbox').fill(email)
    await page.getByRole('row').nth(1).getByRole('link', { name: email }).click()
    await page.getByRole('main').getByRole('link', { name: 'Audit log' }).click()
    await expect.poll(() => page.getByRole('row').count()).toBe(2)
    expect(await page.getByRole('row').last().textContent()).toMatch(/user created/)
    await page.getByLabel('User').fill('nobody@example.test')
    await page.getByText('Nobody has that address.').waitFor()
    await page.getByLabel('User').fill(email)
    await page.getByRole('row').filter({ hasText: email }).waitFor()
  })

  it('never confirms a number that was counted for something else', async () => {
    const email = await newPerson()
    await elsewhere(email, 'Phone')
    const page = await visitors.visit()
    await signIn(page, await newPerson(['admin']))
    await page.getByRole('link', { name: 'Revocations' }).click()
    await page.getByText('A user', { exact: true }).click()
    await page.getByLabel('Reason').fill('a test')
    await page.getByLabel('Address or id').fill(email)
    await page.getByText('This would end 1 live session.').waitFor()
    const revoke = page.getByRole('button', { name: 'Revoke…' })
    expect(await revoke.isEnabled()).toBe(true)
    await page.clock.pauseAt(Date.now() + 60_000)
    await page.getByLabel('Address or id').fill('trouble')
    expect(await revoke.isDisabled()).toBe(true)
    expect(await page.getByText('Counting…').isVisible()).toBe(true)
    await page.clock.resume()
    await page.getByText('Signed in before', { exact: true }).first().click()
    await page.getByLabel('Signed in before').last().fill('2026-01-31T12:00')
    await page.getByText('This would end 0 live sessions.').waitFor()
  })

  it('does not move for those who ask for less motion', async () => {
    const page = await visitors.visit()
    await signIn(page, await newPerson())
    await page.route('**/v1/sessions?*', () => {})
    for (const [reducedMotion, moves] of [
      ['no-preference', true],
      ['reduce', false],
    ] as const) {
      await page.emulateMedia({ reducedMotion })
      await page.reload()
      await page.locator('.placeholder').waitFor()
      expect(await page.evaluate('document.getAnimations().length > 0'), reducedMotion).toBe(moves)
    }
  })

  it('says on every page that one was signed out elsewhere, and keeps nothing for who comes next', async () => {
    const email = await newPerson(['auditor'])
    const other = await elsewhere(email, 'Phone')
    const page = await visitors.visit()
    await signIn(page, email)
    await page.getByRole('link', { name: 'Audit log' }).click()
    await page.getByRole('row').nth(1).waitFor()
    await client(service.url).call('DELETE', '/v1/sessions', { token: other.accessToken })
    await page.getByText('You were signed out:').waitFor()
    await fillIn(page, await newPerson())
    await page.getByRole('heading', { name: 'Not for you' }).waitFor()
    expect(await page.getByRole('row').count()).toBe(0)
  })

  it('stays, and offers to load a page again, whose code did not come', async () => {
    const page = await visitors.visit()
    await signIn(page, await newPerson(['auditor']))
    const code = /\/assets\/audit-log-/
    await page.route(code, route => route.abort())
    await page.getByRole('link', { name: 'Audit log' }).click()
    await page.getByText('This page could not be shown').waitFor()
    await page.getByRole('link', { name: 'Your devices' }).click()
    await page.getByText('Active now').waitFor()
    await page.unroute(code)
    await page.getByRole('link', { name: 'Audit log' }).click()
    await page.getByRole('button', { name: 'Load again' }).click()
    await page.getByRole('row').nth(1).waitFor()
  })

  it('lets another account sign in while one is locked', async () => {
    const email = await newPerson()
    const page = await visitors.visit()
    await lockOut(page, email)
    await signIn(page, await newPerson())
    await page.getByText('Active now').waitFor()
  })

  it('has broken no rule of its pages', () => {
    expect(visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
