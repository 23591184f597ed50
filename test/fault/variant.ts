import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import ts from 'typescript'

/** A change of one module of the service: exact pieces of its source, and what stands there instead. */
export type Patch = {
  /** Below `src/`. */
  file: string
  edits: readonly (readonly [text: string, replacement: string])[]
}

export type Variant = {
  /** Like `dist/`, with one module that is another. */
  build: string
  remove(): Promise<void>
}

const checkout = dirname(dirname(import.meta.dirname))
/** What a build looks for beside itself. */
const surroundings = ['node_modules', 'migrations', 'docs', 'package.json']

/** The module's source with the patch. Throws when the source is not what the patch was made for. */
export async function sourceWith({ file, edits }: Patch): Promise<string> {
  const original = await readFile(join(checkout, 'src', file), 'utf8')
  return edits.reduce((source, edit) => patched(file, source, edit), original)
}

/** A copy of the checkout's build, patched. */
export async function buildVariant(patch: Patch): Promise<Variant> {
  const { file } = patch
  const compiled = compile(file, await sourceWith(patch))
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-fault-variant-'))
  const build = join(folder, 'dist')
  await cp(join(checkout, 'dist'), build, { recursive: true })
  await writeFile(join(build, file.replace(/\.ts$/, '.js')), compiled)
  await Promise.all(surroundings.map(name => symlink(join(checkout, name), join(folder, name))))
  return { build, remove: () => rm(folder, { recursive: true, force: true }) }
}

function patched(file: string, source: string, [text, replacement]: Patch['edits'][number]): string {
  const [before, after, ...more] = source.split(text)
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(
      `src/${file} has changed: this is not there exactly once, so the patch needs a look:\n${text}`,
    )
  }
  return before + replacement + after
}

/** The types are not looked at; a module that does not even load does not start, and the run fails. */
function compile(file: string, source: string): string {
  const { outputText, diagnostics } = ts.transpileModule(source, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  })
  const [problem] = diagnostics ?? []
  if (problem !== undefined) {
    throw new Error(`src/${file}, patched: ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`)
  }
  return outputText
}
