import type { TestProject } from 'vitest/node'
import { buildConsole } from '../support/console.ts'
import { type Chromium, findChromium } from './chromium.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    chromium: Chromium
    consoleFolder: string
  }
}

/** Once for the run: a browser, which may have to be installed, and the console, which has to be built. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const chromium = await findChromium(line => project.vitest.logger.log(line))
  if (chromium.kind === 'none') {
    project.vitest.logger.warn(`The tests in a real browser are skipped: ${chromium.reason}`)
  }
  project.provide('chromium', chromium)
  if (chromium.kind === 'none') return undefined
  const built = await buildConsole()
  project.provide('consoleFolder', built.folder)
  return built.remove
}
