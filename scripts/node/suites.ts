import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import type { Runtime } from './runtimes.ts'

const root = join(import.meta.dirname, '..', '..')
const vitest = join('node_modules', 'vitest', 'vitest.mjs')

/** The arguments of `node` for each. What the model checker explores is the same on every version. */
export const suites = {
  unit: [vitest, 'run', '--project', 'unit', '--exclude', 'test/model/**'],
  integration: [vitest, 'run', '--project', 'integration'],
  package: ['--import', 'tsx', join('scripts', 'package.ts')],
} as const

export type SuiteName = keyof typeof suites

export function isSuite(name: string): name is SuiteName {
  return name in suites
}

/** Runs it on that version, processes that it starts included. Returns its result in words; throws when it fails. */
export async function runSuite(name: SuiteName, { version, binFolder }: Runtime): Promise<string> {
  const began = performance.now()
  const { code, output } = await outputOf(join(binFolder, 'node'), suites[name], {
    ...process.env,
    PATH: `${binFolder}${delimiter}${process.env['PATH']}`,
    NO_COLOR: '1',
  })
  if (code !== 0) throw new Error(`${output}\n\nNode.js ${version}: the suite ${name} has failed`)
  const seconds = ((performance.now() - began) / 1_000).toFixed(0)
  // Of Vitest's summary, such as "Tests  120 passed | 2 skipped (122)".
  const [, tests] = /^\s+Tests\s+(.+?)(?: \(\d+\))?$/m.exec(output) ?? []
  return `${tests ?? 'passed'}, in ${seconds} s`
}

function outputOf(file: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', data => {
        output += data
      })
    }
    child.on('error', reject)
    child.on('close', code => resolve({ code, output }))
  })
}
