import { createServer } from 'node:http'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createUser, goodPassword, type Instance, startInstance } from '../support/service.ts'
import { freshDatabase } from '../support/stores.ts'
// For the types of what it provides.
import type {} from './global-setup.ts'
import { type Browser, startBrowser } from './person.ts'

const chromium = inject('chromium')
const email = 'first-call@example.test'

/** A page with the client in it, on a port of its own, as an application under development is. */
async function startApplication() {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { createLatchkeyClient } from './packages/client/src/index.ts'`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    format: 'iife',
    globalName: 'latchkey',
    platform: 'browser',
    write: false,
  })
  const script = outputFiles.map(({ text }) => text).join('')
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><title>a page</title><body><script>${script}</script>`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the page has no port')
  return { port: address.port, close: () => server.close() }
}

let databaseUrl: string
let application: Awaited<ReturnType<typeof startApplication>>
let browser: Browser

// Without a Chromium, which the run has said and why.
describe.skipIf(chromium.kind === 'none')('the first call of a page on another port', () => {
  beforeAll(async () => {
    if (chromium.kind === 'none') return
    databaseUrl = (await freshDatabase()).url
    application = await startApplication()
    browser = await startBrowser(chromium.path)
  })

  afterAll(async () => {
    await browser?.close()
    application?.close()
  })

  /** What a sign-in from the page returns: the email address, or the message of its error. */
  async function signIn(service: Instance, transport: string): Promise<unknown> {
    const tab = await browser.open(`http://127.0.0.1:${application.port}/`)
    const options = JSON.stringify({ baseUrl: service.url, transport, patienceMs: 0 })
    const input = JSON.stringify({ email, password: goodPassword })
    const result = await tab.evaluate(
      `latchkey.createLatchkeyClient(${options}).signIn(${input}).then(user => user.email, error => error.message)`,
    )
    await tab.close()
    return result
  }

  it('says that its origin is not allowed, in the page and in the log of the service', async () => {
    const service = await startInstance({ DATABASE_URL: databaseUrl })
    await createUser(service.services, email)
    const origin = `http://127.0.0.1:${application.port}`
    expect(await signIn(service, 'bearer')).toBe(
      `The service could not be reached, or ALLOWED_ORIGINS lacks ${origin}`,
    )
    const logged = service.logLines
      .map(line => JSON.parse(line))
      .filter(({ msg }) => msg === 'origin rejected')
    expect(logged).toMatchObject([{ origin, level: 'warn' }])
    await service.close()
  })

  it('succeeds with the settings of npm run dev, by bearer token and by cookie', async () => {
    const service = await startInstance({
      DATABASE_URL: databaseUrl,
      ALLOWED_ORIGINS: 'http://localhost:*,http://127.0.0.1:*',
      INSECURE_COOKIES: 'true',
    })
    for (const transport of ['bearer', 'cookie']) expect(await signIn(service, transport)).toBe(email)
    await service.close()
  })
})
