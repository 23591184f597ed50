import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** `npm run check`: types and style, as many of these at a time as there are cores. Says nothing of what is well. */
const checks = [
  // What takes longest comes first.
  // It keeps what it has found, so that a second run looks only at what has changed since.
  'tsc -p tsconfig.json --incremental --tsBuildInfoFile node_modules/.cache/check.tsbuildinfo',
  'tsc -p packages/tsconfig.json',
  'tsc -p src/console/tsconfig.json',
  'biome check .',
  // Also checks the client. The first check covers packages/node.
  'tsc -p packages/react/tsconfig.json',
]

/** What it has said, and whether it is content. */
function run(command: string): Promise<{ output: string; passed: boolean }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', data => {
        output += data
      })
    }
    child.on('error', reject)
    child.on('close', code => resolve({ output, passed: code === 0 }))
  })
}

/** Takes one check after another, until none is left. */
async function work(waiting: string[]): Promise<void> {
  for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
    const { output, passed } = await run(command)
    if (passed) continue
    process.exitCode = 1
    process.stdout.write(`\n${command}\n${output}`)
  }
}

const waiting = [...checks]
await Promise.all(Array.from({ length: availableParallelism() }, () => work(waiting)))
