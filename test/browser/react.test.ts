import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { client } from '../support/client.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../support/service.ts'
import { freshDatabase, freshRedis } from '../support/stores.ts'
// For the types of what it provides.
import type {} from './global-setup.ts'
import { startNetwork } from './network.ts'
import { type Browser, startBrowser } from './person.ts'

const chromium = inject('chromium')
const email = 'react@example.test'

let service: Instance
let network: Awaited<ReturnType<typeof startNetwork>>
let browser: Browser
let tab: Page
let asked: string[]

// Without a Chromium, which the run has said and why.
describe.skipIf(chromium.kind === 'none')('a React page, in strict mode', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    service = await startInstance({
      DATABASE_URL: (await freshDatabase()).url,
      REDIS_URL: (await freshRedis()).url,
      PERMISSIONS: '{"clerk": ["claims:read"]}',
    })
    service.app.server.prependListener('request', ({ method, url }) => asked.push(`${method} ${url}`))
    await createUser(service.services, email, { roles: ['clerk'] })
    const script = 'packages/react/test/pages/devices.ts'
    network = await startNetwork({ script, serviceUrl: service.url, weather: 'good' })
    browser = await startBrowser(chromium.path)
    asked = []
    tab = await browser.open(`http://localhost:${network.port}/page`)
  })

  afterAll(async () => {
    await browser?.close()
    await Promise.all([service?.close(), network?.close()])
  })

  const shown = async (id: string) => {
    const texts: string[] = await tab.evaluate(
      `[...document.querySelectorAll('#${id}, #${id} li')].filter(e => !e.children.length).map(e => e.textContent)`,
    )
    return texts.filter(text => text !== '')
  }

  it('finds out with one request that no user is signed in', async () => {
    await expect.poll(() => shown('person')).toEqual(['signed-out'])
    expect(asked.filter(call => call.includes('/v1/'))).toEqual(['GET /v1/auth/session'])
    expect(await tab.evaluate('rendered.session.reason')).toBeNull()
    expect(await shown('devices')).toEqual([])
  })

  it('shows who signs in, with permissions, and loads the devices once for all that show them', async () => {
    const phone = client(service.url)
    await phone.signIn(email)
    asked = []
    const person = { email, password: goodPassword, deviceName: 'Desk' }
    await tab.evaluate(`latchkey.signIn(${JSON.stringify(person)})`)
    await expect.poll(() => shown('person')).toEqual([email])
    expect(await tab.evaluate('rendered.session.user.permissions')).toEqual(['claims:read'])
    await expect.poll(() => shown('devices')).toEqual(['Desk', 'unnamed'])
    expect(await shown('again')).toEqual(['Desk', 'unnamed'])
    expect(await tab.evaluate('rendered.management.currentSession.deviceName')).toBe('Desk')
    expect(asked.sort()).toEqual([
      'GET /v1/auth/session',
      'GET /v1/sessions?limit=100',
      'POST /v1/auth/login',
    ])
  })

  it('renames and revokes devices, and shows it at once', async () => {
    await tab.evaluate(`rendered.management.rename(rendered.management.sessions[1].id, 'Phone')`)
    await expect.poll(() => shown('again')).toEqual(['Desk', 'Phone'])
    await tab.evaluate(`rendered.management.revokeSession(rendered.management.sessions[1].id)`)
    await expect.poll(() => shown('devices')).toEqual(['Desk'])
    await client(service.url).signIn(email)
    await tab.evaluate('rendered.management.refresh()')
    await expect.poll(() => shown('devices')).toEqual(['unnamed', 'Desk'])
    expect(await tab.evaluate('rendered.management.revokeOthers()')).toBe(1)
    await expect.poll(() => shown('devices')).toEqual(['Desk'])
  })

  it('shows what failed, and throws it', async () => {
    const failed = tab.evaluate(
      `rendered.management.rename(rendered.management.sessions[0].id, '').catch(error => error.code)`,
    )
    expect(await failed).toBe('validation_failed')
    await expect.poll(() => tab.evaluate('rendered.management.error?.code')).toBe('validation_failed')
    await tab.evaluate('rendered.management.refresh()')
    await expect.poll(() => tab.evaluate('rendered.management.error')).toBeNull()
  })

  it('tells how the token is', async () => {
    expect(await tab.evaluate('rendered.management.tokenStatus')).toBe('fresh')
    expect(await tab.evaluate('rendered.management.needsRefresh')).toBe(false)
  })

  it('comes back signed in, and shows why it is not any more', async () => {
    await tab.reload()
    await expect.poll(() => shown('person')).toEqual([email])
    const elsewhere = await client(service.url).signIn(email)
    await client(service.url).call('DELETE', '/v1/sessions', { token: elsewhere.accessToken })
    await tab.evaluate('rendered.management.refresh().catch(() => {})')
    await expect.poll(() => shown('person')).toEqual(['signed-out'])
    expect(await tab.evaluate('rendered.session.reason')).toBe('others')
    expect(await shown('devices')).toEqual([])
  })
})
