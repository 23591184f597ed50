import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { findChromium } from '../browser/chromium.ts'
// For the types of what it provides.
import type {} from '../browser/global-setup.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A copy of `examples/`, beside one of `packages/` as a checkout has it after `npm ci`. */
    examplesFolder: string
  }
}

const root = join(import.meta.dirname, '..', '..')

/** Nothing is installed in the checkout, where somebody may be trying out the same example. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const chromium = await findChromium(line => project.vitest.logger.log(line))
  if (chromium.kind === 'none') {
    project.vitest.logger.warn(`The examples are not opened in a real browser: ${chromium.reason}`)
  }
  project.provide('chromium', chromium)
  await promisify(execFile)(process.execPath, [join('scripts', 'prepare.js')], { cwd: root })
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-examples-'))
  for (const name of ['examples', 'packages']) {
    await cp(join(root, name), join(folder, name), {
      recursive: true,
      filter: source => !['node_modules', '.next'].includes(basename(source)),
    })
  }
  project.provide('examplesFolder', join(folder, 'examples'))
  return () => rm(folder, { recursive: true, force: true })
}
