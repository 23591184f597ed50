import type { TestProject } from 'vitest/node'
import { type Chromium, findChromium } from './chromium.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    chromium: Chromium
  }
}

/** Once for the run, since it may have to be installed. */
export default async function setup(project: TestProject): Promise<void> {
  const chromium = await findChromium(line => project.vitest.logger.log(line))
  if (chromium.kind === 'none') {
    project.vitest.logger.warn(`The tests in a real browser are skipped: ${chromium.reason}`)
  }
  project.provide('chromium', chromium)
}
