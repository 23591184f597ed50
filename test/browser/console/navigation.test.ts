import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { client } from '../../support/client.ts'
// For the types of what it provides.
import type {} from '../global-setup.ts'
import { type Console, startConsole } from './console.ts'
import { accessibilityFaults, device, fillIn, isTooWide, signIn } from './visitor.ts'

const chromium = inject('chromium')

let rig: Console

// Without a Chromium the run has reported why.
describe.skipIf(chromium.kind === 'none')('the way through the console', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    rig = await startConsole({
      chromiumPath: chromium.path,
      consoleFolder: inject('consoleFolder'),
      settings: {
        PERMISSIONS: JSON.stringify({ auditor: ['audit:read'], support: ['users:read', 'sessions:read'] }),
      },
    })
  })

  afterAll(async () => {
    await rig?.close()
  })

  const focused = (page: Page) =>
    page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent')

  const whereabouts = (page: Page) => page.evaluate('location.hash')

  it('can be used by keyboard alone, and the focus is never lost', async () => {
    const email = await rig.newUser()
    const page = await rig.visitors.visit()
    await page.getByLabel('Email').waitFor()
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

    await rig.elsewhere(email, 'Phone')
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

  it('leads to where a link points, after the sign-in; back and forward lead through the pages', async () => {
    const page = await rig.visitors.visit()
    await page.evaluate('location.hash = "#security/password"')
    const email = await rig.newUser()
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await page.keyboard.press('Enter')
    await page.getByLabel('Current password', { exact: true }).waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.autocomplete')).toBe('current-password')
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => focused(page)).toBe('Change password')
    await page.getByRole('link', { name: 'Your devices', exact: true }).click()
    await page.getByText('Active now').waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Recent activity' }).waitFor()
    await page.goBack()
    await page.getByLabel('Current password', { exact: true }).waitFor()
    await page.goForward()
    await page.getByLabel('Current password', { exact: true }).waitFor({ state: 'detached' })
    expect(await whereabouts(page)).toBe('#security')
  })

  it('begins every page at its top', async () => {
    const page = await rig.visitors.visit({ viewport: { width: 390, height: 300 } })
    await signIn(page, await rig.newUser())
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    expect(await page.evaluate('scrollY')).toBeGreaterThan(0)
    await page.evaluate('location.hash = "#security"')
    await page.getByText('Account created').waitFor()
    expect(await page.evaluate('scrollY')).toBe(0)
  })

  it('offers an operator no more than the permissions allow', async () => {
    const anybody = await rig.newUser()
    await rig.elsewhere(anybody, 'Phone')
    const refused: string[] = []
    const visit = async (role: string) => {
      const page = await rig.visitors.visit()
      page.on('response', answer => {
        if (answer.status() === 403) refused.push(answer.url())
      })
      await signIn(page, await rig.newUser([role]))
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
    await support.getByRole('link', { name: 'Users' }).click()
    await support.getByRole('link', { name: anybody }).click()
    await device(support, 'Phone').waitFor()
    expect(await support.getByRole('button', { name: /Revoke|Unlock/ }).count()).toBe(0)
    await support.evaluate('location.hash = "#revocations"')
    await support.getByText('You don’t have access to this page').waitFor()
    await support.getByRole('link', { name: 'Overview' }).click()
    await support.getByText('In sync').waitFor()
    expect(await support.getByRole('button', { name: 'Clean up now' }).count()).toBe(0)
    expect(refused).toEqual([])
  })

  it('says on every page that one was signed out elsewhere, and keeps nothing for who comes next', async () => {
    const email = await rig.newUser(['auditor'])
    const other = await rig.elsewhere(email, 'Phone')
    const page = await rig.visitors.visit()
    await signIn(page, email)
    await page.getByRole('link', { name: 'Audit log' }).click()
    await page.getByRole('row').nth(1).waitFor()
    await client(rig.service.url).call('DELETE', '/v1/sessions', { token: other.accessToken })
    await page.getByText('You were signed out:').waitFor()
    await fillIn(page, await rig.newUser())
    await page.getByRole('heading', { name: 'You don’t have access to this page' }).waitFor()
    expect(await page.getByRole('row').count()).toBe(0)
  })

  it('stays, and offers to load a page again, whose code did not come', async () => {
    const page = await rig.visitors.visit()
    await signIn(page, await rig.newUser(['auditor']))
    const code = /\/assets\/audit-log-/
    await page.route(code, route => route.abort())
    await page.getByRole('link', { name: 'Audit log' }).click()
    await page.getByText('This page couldn’t be loaded').waitFor()
    await page.getByRole('link', { name: 'Your devices', exact: true }).click()
    await page.getByText('Active now').waitFor()
    await page.unroute(code)
    await page.getByRole('link', { name: 'Audit log' }).click()
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.getByRole('row').nth(1).waitFor()
  })

  it.each([320, 390])(
    'shows an operator the current page and all others without scrolling, %i pixels wide',
    async width => {
      const page = await rig.visitors.visit({ viewport: { width, height: 844 } })
      await page.evaluate('location.hash = "#people"')
      await fillIn(page, await rig.newUser(['admin']))
      const links = page.getByRole('navigation').getByRole('link')
      await links.filter({ hasText: 'Audit log' }).waitFor()
      expect(await links.count()).toBe(6)
      for (const link of await links.all()) {
        const box = await link.boundingBox()
        expect(box?.x).toBeGreaterThanOrEqual(0)
        expect((box?.x ?? 0) + (box?.width ?? width)).toBeLessThanOrEqual(width)
      }
      const current = page.getByRole('navigation').locator('[aria-current=page]')
      expect(await current.innerText()).toBe('Users')
      expect(await isTooWide(page)).toBe(false)
      expect(await accessibilityFaults(page)).toEqual([])
    },
  )

  it('says that an address names no page, and leads back', async () => {
    const page = await rig.visitors.visit()
    await signIn(page, await rig.newUser())
    await page.evaluate('location.hash = "#nonsense"')
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
    expect(await page.title()).toBe('Page not found · Latchkey')
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByRole('link', { name: 'Go to your devices' }).click()
    await page.getByText('Active now').waitFor()
  })

  it('says that a user has no access to a page', async () => {
    const page = await rig.visitors.visit()
    await signIn(page, await rig.newUser())
    expect(await page.getByRole('link').allTextContents()).toEqual(['Your devices', 'Security'])
    await page.evaluate('location.hash = "#audit-log"')
    await page.getByRole('heading', { name: 'You don’t have access to this page' }).waitFor()
    expect(await page.title()).toBe('No access · Latchkey')
    expect(await accessibilityFaults(page)).toEqual([])
  })

  it('loads nothing from elsewhere, and nothing that the content security policy forbids', () => {
    expect(rig.visitors.complaints).toEqual({ policy: [], foreign: [], errors: [] })
  })
})
