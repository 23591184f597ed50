import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { query } from '../support/database.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../support/service.ts'
import { freshDatabase, freshRedis } from '../support/stores.ts'
import { until } from '../support/until.ts'
// For the types of what it provides.
import type {} from './global-setup.ts'
import { startNetwork } from './network.ts'
import { type Browser, startBrowser } from './person.ts'

const chromium = inject('chromium')
/** Two origins, since a sign-out by cookie empties the storage of its own. */
const transports = [
  ['bearer', '127.0.0.1'],
  ['cookie', 'localhost'],
] as const
/** Of each of the two sessions; enough for each kind of bad weather to come several times. */
const rotations = 250

type Seen = {
  refreshes: number
  failures: string[]
  signedOut: string[]
  signedIn: number
  refreshed: number
}

let databaseUrl: string
let service: Instance
let network: Awaited<ReturnType<typeof startNetwork>>
let browser: Browser
/** Of refreshes, at the service. */
const inFlight = { bearer: { now: 0, most: 0 }, cookie: { now: 0, most: 0 } }

// Without a Chromium, which the run has said and why.
describe.skipIf(chromium.kind === 'none')('two tabs of one session on a bad network', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    databaseUrl = (await freshDatabase()).url
    service = await startInstance({ DATABASE_URL: databaseUrl, REDIS_URL: (await freshRedis()).url })
    service.app.server.prependListener('request', ({ url, headers }, response) => {
      if (url !== '/v1/auth/refresh') return
      const count = inFlight[headers.cookie === undefined ? 'bearer' : 'cookie']
      count.now++
      count.most = Math.max(count.most, count.now)
      response.on('close', () => count.now--)
    })
    network = await startNetwork({
      script: 'packages/client/test/pages/refreshing.ts',
      serviceUrl: service.url,
      weather: 'bad',
    })
    browser = await startBrowser(chromium.path)
  })

  afterAll(async () => {
    await browser?.close()
    await Promise.all([service?.close(), network?.close()])
  })

  const seenIn = async (tab: Page): Promise<Seen> => await tab.evaluate('page.seen')

  it.concurrent.each(transports)(
    `refresh ${rotations} times by %s, one at a time, and nobody is signed out`,
    async (transport, host) => {
      const email = `tabs-${transport}@example.test`
      const userId = await createUser(service.services, email)
      const sessions = () =>
        query(databaseUrl, 'SELECT rotation, revoked_at FROM user_sessions WHERE user_id = $1', [userId])
      const rotated = async () => Number((await sessions())[0]?.['rotation'])

      const url = `http://${host}:${network.port}/page?transport=${transport}`
      const first = await browser.open(url)
      await first.evaluate(`page.signIn(${JSON.stringify(email)}, ${JSON.stringify(goodPassword)})`)
      const second = await browser.open(url)
      await second.evaluate('page.restore()')
      const tabs = [first, second]

      const done = Promise.all(tabs.map(tab => tab.evaluate('page.refreshOn()')))
      await until('refreshed often enough', async () => (await rotated()) >= rotations)
      for (const tab of tabs) await tab.evaluate('page.stop()')
      await done

      expect(await sessions()).toMatchObject([{ revoked_at: null }])
      for (const tab of tabs) {
        const seen = await seenIn(tab)
        expect(seen).toMatchObject({ failures: [], signedOut: [], signedIn: 1 })
        // Its own, and those of the other tab, of which it hears.
        expect(seen.refreshes).toBeGreaterThan(rotations / 4)
        expect(seen.refreshed).toBeGreaterThan(rotations / 2)
        expect(await tab.evaluate('page.email()')).toBe(email)
      }
      expect(inFlight[transport].most).toBe(1)

      await first.evaluate('page.signOut()')
      await until('heard of it', async () => (await second.evaluate('page.state()')) === 'signed-out')
      expect((await seenIn(second)).signedOut).toEqual(['logout'])
      for (const tab of tabs) await tab.close()
    },
  )

  it('and the network was bad in every way', () => {
    for (const fault of ['answer_lost', 'answer_cut_off', 'request_lost', 'unavailable', 'slow'] as const) {
      expect(network.happened.get(fault), fault).toBeGreaterThan(1)
    }
  })
})
