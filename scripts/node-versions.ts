import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { document, markdownTable } from './measured.ts'
import { installRuntimes, type Runtime } from './node/runtimes.ts'
import { isSuite, runSuite, type SuiteName, suites } from './node/suites.ts'

const command = 'npm run test:node-versions -- --docs'

const usage = `npm run test:node-versions [-- options]

Runs test suites on other versions of Node.js, which npm brings into a temporary folder.

  --only <list>   some of the suites ${Object.keys(suites).join(', ')}; default: all
  --node <list>   versions of Node.js, default 22,24
  --docs          writes the results into docs/operate/operations.md as well
`

type Result = { node: string; suite: SuiteName; summary: string }

async function main(): Promise<void> {
  const { versions, chosen, docs } = readArguments()
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-node-versions-'))
  try {
    const results: Result[] = []
    for (const runtime of await installRuntimes(folder, versions)) {
      for (const suite of chosen) results.push(await resultOf(runtime, suite))
    }
    if (docs) await document('docs/operate/operations.md', command, table(results))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function resultOf(runtime: Runtime, suite: SuiteName): Promise<Result> {
  const summary = await runSuite(suite, runtime)
  console.log(`Node.js ${runtime.version}, ${suite}: ${summary}`)
  return { node: runtime.version, suite, summary }
}

function table(results: readonly Result[]): string {
  const rows = results.map(({ node, suite, summary }) => [node, suite, summary])
  const day = new Date().toISOString().slice(0, 10)
  return `Run on ${day}.\n\n${markdownTable([['Node.js', 'suite', 'result'], ...rows])}`
}

/** What the command line does not allow is one line and the usage, exit code 2. */
function readArguments(): { versions: string[]; chosen: SuiteName[]; docs: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', default: Object.keys(suites).join(',') },
        node: { type: 'string', default: '22,24' },
        docs: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    const chosen = values.only.split(',').filter(isSuite)
    if (chosen.join(',') !== values.only) throw new Error(`--only ${values.only}: there is no such suite`)
    return { versions: values.node.split(','), chosen, docs: values.docs }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exit(2)
  }
}

await main()
