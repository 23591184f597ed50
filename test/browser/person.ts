import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

export type Browser = {
  context: BrowserContext
  /** A new tab at that address. */
  open(url: string): Promise<Page>
  close(): Promise<void>
}

/** Nothing but what the test asks for goes over the network, and no profile is anybody's. */
const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function startBrowser(executablePath: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'latchkey-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    // Its sandbox needs what root in a container does not have; the pages are our own.
    chromiumSandbox: false,
    args: flags,
  })
  return {
    context,
    async open(url) {
      const tab = await context.newPage()
      await tab.goto(url)
      return tab
    },
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}

export type Site = { port: number; close(): Promise<void> }

/** A web site of one page, which has a script that would harm others; under every name of this machine. */
export async function startSite(): Promise<Site> {
  const script = await readFile(join(import.meta.dirname, 'attacker.js'), 'utf8')
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><title>a page</title><body><script>${script}</script>`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the site does not listen on a port')
  return {
    port: address.port,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
