import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const end = '<!-- end of what was measured -->'

/** Puts what a command has measured into a page of the documentation, in the place of what it measured before. */
export async function document(page: string, command: string, measured: string): Promise<void> {
  const path = join(root, page)
  const begin = `<!-- measured by ${command} -->`
  const text = await readFile(path, 'utf8')
  const [before, rest] = text.split(begin)
  const [, ...after] = rest?.split(end) ?? []
  if (before === undefined || after.length === 0) throw new Error(`${page} has no place for ${command}`)
  await writeFile(path, `${before}${begin}\n${measured}\n${end}${after.join(end)}`)
}

/** When, and on what; every number wants that beside it. */
export function circumstances(): string {
  const day = new Date().toISOString().slice(0, 10)
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  return `Measured on ${day} with Node.js ${process.versions.node}, all processes on one machine of ${availableParallelism()} cores (${model}).`
}

/** The first row is the heading. */
export function markdownTable([header = [], ...rows]: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
