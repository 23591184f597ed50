import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderChart } from './chart.ts'
import { renderDocument } from './document.ts'
import type { Run } from './run-facts.ts'

const root = join(import.meta.dirname, '..', '..')
const beside = (file: string) => join(import.meta.dirname, file)

/** Where a whole run leaves its figures; the document is made of them alone. */
export const resultsFile = join(root, 'bench', 'results.json')

/** The document and its chart, from the root of the project. */
export async function render(run: Run): Promise<{ file: string; text: string }[]> {
  const template = await readFile(beside('performance.template.md'), 'utf8')
  const tried = await readFile(beside('what-was-tried.md'), 'utf8')
  return [
    { file: join('docs', 'internals', 'performance.md'), text: renderDocument(template, run, tried) },
    { file: join('docs', 'images', 'performance.svg'), text: renderChart(run.rows) },
  ]
}

export async function publish(run: Run): Promise<void> {
  await mkdir(join(root, 'docs', 'images'), { recursive: true })
  for (const { file, text } of await render(run)) await writeFile(join(root, file), text)
}

export async function writeRun(file: string, run: Run): Promise<void> {
  await writeFile(file, `${JSON.stringify(run, null, 2)}\n`)
}

export async function readRun(file: string): Promise<Run> {
  const run: Run = JSON.parse(await readFile(file, 'utf8'))
  return run
}
