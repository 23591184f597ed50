import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { client } from '../support/client.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../support/service.ts'
import { freshDatabase, freshRedis } from '../support/stores.ts'
import { accessibilityFaults } from './console/visitor.ts'
// For the types of what it provides.
import type {} from './global-setup.ts'
import { startNetwork } from './network.ts'
import { type Browser, startBrowser } from './person.ts'

const chromium = inject('chromium')
const email = 'komponenten@example.test'

let service: Instance
let network: Awaited<ReturnType<typeof startNetwork>>
let browser: Browser
let tab: Page

// Without a Chromium the run has reported why.
describe.skipIf(chromium.kind === 'none')('the components in an application', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    service = await startInstance({
      DATABASE_URL: (await freshDatabase()).url,
      REDIS_URL: (await freshRedis()).url,
    })
    await createUser(service.services, email)
    const script = 'packages/react/test/pages/components.tsx'
    network = await startNetwork({ script, serviceUrl: service.url, weather: 'good' })
    browser = await startBrowser(chromium.path)
    tab = await browser.open(`http://localhost:${network.port}/page`)
  })

  afterAll(async () => {
    await browser?.close()
    await Promise.all([service?.close(), network?.close()])
  })

  it('sign a user in, with the texts of the application', async () => {
    await tab.getByRole('heading', { name: 'Willkommen', level: 2 }).waitFor()
    await tab.getByLabel('E-Mail-Adresse').fill(email)
    await tab.getByLabel('Passwort', { exact: true }).fill('not the password')
    await tab.getByRole('button', { name: 'Anmelden' }).click()
    await tab.getByRole('alert').filter({ hasText: 'E-Mail-Adresse oder Passwort ist falsch.' }).waitFor()
    await tab.getByLabel('Passwort', { exact: true }).fill(goodPassword)
    await tab.getByRole('button', { name: 'Anmelden' }).click()
    await tab.getByRole('heading', { name: 'Ihre Geräte', level: 2 }).waitFor()
    await tab.getByText('Jetzt aktiv').waitFor()
  })

  it('sign another device out, and show it in the activity', async () => {
    await client(service.url).signIn(email)
    const other = tab.getByRole('region', { name: 'Andere Geräte' })
    await other
      .getByRole('button', { name: /abmelden$/ })
      .last()
      .click()
    await tab.getByRole('dialog').getByRole('button', { name: 'Gerät abmelden' }).click()
    await tab.getByText('Sie sind nur auf diesem Gerät angemeldet.').waitFor()
    const activity = tab.getByRole('region', { name: 'Letzte Aktivitäten' })
    await activity.getByText('Gerät abgemeldet').waitFor()
    await activity.getByText('Konto erstellt').waitFor()
  })

  it('change the password, with errors at their fields', async () => {
    await tab.getByRole('button', { name: 'Passwort ändern' }).click()
    await tab.getByLabel('Aktuelles Passwort', { exact: true }).fill(goodPassword)
    await tab.getByLabel('Neues Passwort', { exact: true }).fill('kurz')
    await tab.getByRole('button', { name: 'Passwort ändern' }).click()
    await tab.getByText('Verwenden Sie mindestens 12 Zeichen.').waitFor()
    for (const label of ['Neues Passwort', 'Neues Passwort wiederholen']) {
      await tab.getByLabel(label, { exact: true }).fill('sieben gruene flaschen')
    }
    await tab.getByRole('button', { name: 'Passwort ändern' }).click()
    await tab.getByText('Passwort geändert. Auf allen anderen Geräten sind Sie abgemeldet.').waitFor()
  })

  it('have no accessibility fault beside those of the page around them', async () => {
    const faults = await accessibilityFaults(tab)
    // The page of the test has no landmark and no title.
    expect(
      faults.filter(fault => !/ (region|landmark-one-main|document-title|html-has-lang):/.test(fault)),
    ).toEqual([])
  })
})
