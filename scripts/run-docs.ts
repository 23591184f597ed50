import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import pc from 'picocolors'
import { type Block, blocksIn } from './docs/blocks.ts'
import { type Checkout, openCheckout } from './docs/checkout.ts'
import { checkProgram, runProgram } from './docs/programs.ts'
import { difference } from './docs/shape.ts'

/**
 * Runs what README.md and the pages under docs/ tell their readers to run, page by page, each in a shell of its own, beside
 * `npm run dev`. Fails on the first block that fails, or prints something else than the page shows.
 *
 *     npm run docs:run [-- docs/reference/api.md ...]
 */
const root = dirname(import.meta.dirname)
/** Where the pages say that the service is; it is somewhere else when that port is taken. */
const shownPlace = 'http://localhost:3000'
const pageMs = 120_000

type Page = { path: string; blocks: Block[] }
type Run = Extract<Block, { kind: 'run' }>

async function pages(chosen: readonly string[]): Promise<Page[]> {
  const inDocs = (await readdir(join(root, 'docs'), { recursive: true }))
    .filter(name => name.endsWith('.md'))
    .sort()
  const paths = chosen.length > 0 ? chosen : ['README.md', ...inDocs.map(name => join('docs', name))]
  return await Promise.all(
    paths.map(async path => {
      const markdown = await readFile(join(root, path), 'utf8')
      try {
        return { path, blocks: blocksIn(markdown) }
      } catch (error) {
        throw new Error(`${path}, ${error instanceof Error ? error.message : error}`)
      }
    }),
  )
}

/** One shell for the whole page; what each block prints stands behind a line that nothing else prints. */
function printedBy(blocks: readonly Run[], { directory, url, env }: Checkout) {
  const mark = `--- ${randomBytes(16).toString('hex')}`
  const script = [...blocks.map(({ commands }) => commands), ''].join(`\necho '${mark}'\n`)
  return new Promise<{ outputs: string[]; failure: string }>(resolve => {
    const command = ['-euo', 'pipefail', '-c', script.replaceAll(shownPlace, url)]
    const shell = execFile('bash', command, { cwd: directory, env, timeout: pageMs }, (error, ...said) => {
      const [outputs, errors] = [said[0].split(`${mark}\n`), said[1].trim()]
      resolve({
        outputs,
        failure: errors || (error?.killed ? 'it takes too long' : `exit code ${error?.code ?? 0}`),
      })
    })
    shell.stdin?.end()
  })
}

/** A block that did not come to its end has left what it printed as the last output. */
async function runPage({ path, blocks }: Page, checkout: Checkout): Promise<void> {
  const toRun = blocks.filter(block => block.kind === 'run')
  const { outputs, failure } = await printedBy(toRun, checkout)
  for (const [index, { line, answer }] of toRun.entries()) {
    const output = outputs[index] ?? ''
    if (index >= outputs.length - 1) throw new Error(`${path}:${line} failed: ${failure}\n${output}`)
    const unlike = answer === null ? null : difference(answer, output)
    if (unlike !== null) throw new Error(`${path}:${answer?.line} is not what line ${line} prints: ${unlike}`)
  }
  const program = blocks.filter(block => block.kind === 'program')
  if (program.length > 0) {
    await checkProgram(path, program, checkout)
    await runProgram(path, program, checkout, text => text.replaceAll(shownPlace, checkout.url))
    console.log(`${path}: ${program.length} parts of a program checked`)
  }
  const answers = toRun.filter(({ answer }) => answer !== null).length
  console.log(`${path}: ${toRun.length} run, ${answers} with an answer, which was as shown`)
}

function tellWhatDidNotRun(blocks: readonly Block[]): void {
  const reasons = new Map<string, number>()
  for (const block of blocks) {
    if (block.kind === 'not_run') reasons.set(block.why, (reasons.get(block.why) ?? 0) + 1)
  }
  const counted = [...reasons].map(([why, count]) => `${count} ${why}`)
  console.log(`not run: ${counted.join('; ') || 'nothing'}`)
}

const started = performance.now()
try {
  const found = await pages(process.argv.slice(2))
  const checkout = await openCheckout(root)
  try {
    for (const page of found) await runPage(page, checkout)
  } finally {
    await checkout.stop()
  }
  tellWhatDidNotRun(found.flatMap(({ blocks }) => blocks))
  console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`)
} catch (error) {
  console.error(pc.red(error instanceof Error ? error.message : String(error)))
  process.exitCode = 1
}
