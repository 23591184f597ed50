import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { Block } from './blocks.ts'
import type { Checkout } from './checkout.ts'

/**
 * What a page shows in TypeScript is one program: each block may use what those before it have declared. `latchkey` and
 * what it exports are the sources of the checkout.
 */
type Part = Extract<Block, { kind: 'program' }>

const runMs = 180_000
const execute = promisify(execFile)

const compilerOptions = {
  paths: {
    latchkey: ['../src/index.ts'],
    'latchkey/client': ['../packages/client/src/index.ts'],
    'latchkey/react': ['../packages/react/src/index.ts'],
    'latchkey/fastify': ['../packages/node/src/fastify.ts'],
    '@latchkey/client': ['../packages/client/src/index.ts'],
    '@latchkey/react': ['../packages/react/src/index.ts'],
    '@latchkey/react/messages/*': ['../packages/react/src/messages/*.ts'],
    '@latchkey/node': ['../packages/node/src/index.ts'],
    '@latchkey/node/*': ['../packages/node/src/*.ts'],
  },
  lib: ['ES2023', 'ES2024.String', 'DOM', 'DOM.Iterable'],
  jsx: 'react-jsx',
  allowImportingTsExtensions: true,
  // A stylesheet is for bundlers.
  noUncheckedSideEffectImports: false,
  // An example need not use what it declares.
  noUnusedLocals: false,
}

/** Throws with what the compiler says. A part that stands alone is checked as a program of its own. */
export async function checkProgram(page: string, parts: readonly Part[], checkout: Checkout): Promise<void> {
  const { folder, name } = await place(page, checkout)
  const together = parts.filter(({ isAlone }) => !isAlone)
  const programs = [together, ...parts.filter(({ isAlone }) => isAlone).map(part => [part])]
  // Modules, so that none sees what another declares.
  const files = await Promise.all(
    programs.map(async (program, at) => {
      const file = at === 0 ? `${name}.tsx` : `${name}-${at}.tsx`
      await writeFile(join(folder, file), `${textOf(program)}\nexport {}\n`)
      return file
    }),
  )
  const config = { extends: '../tsconfig.json', compilerOptions, include: files, exclude: [] }
  await writeFile(join(folder, `${name}.json`), JSON.stringify(config))
  await perform(page, checkout, ['node_modules/typescript/bin/tsc', '-p', join(folder, `${name}.json`)])
}

/** Throws when it fails. `adapt` puts in where the service really is. */
export async function runProgram(
  page: string,
  parts: readonly Part[],
  checkout: Checkout,
  adapt: (text: string) => string,
): Promise<void> {
  const toRun = parts.filter(({ isRun }) => isRun)
  if (toRun.length === 0) return
  const { folder, name } = await place(page, checkout)
  await writeFile(join(folder, `${name}-run.tsx`), adapt(textOf(toRun)))
  const env = { ...checkout.env, TSX_TSCONFIG_PATH: join(folder, `${name}.json`) }
  await perform(page, { ...checkout, env }, ['--import', 'tsx', join(folder, `${name}-run.tsx`)])
}

async function place(page: string, { directory }: Checkout): Promise<{ folder: string; name: string }> {
  const folder = join(directory, 'programs')
  await mkdir(folder, { recursive: true })
  return { folder, name: basename(page, '.md') }
}

function textOf(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join('\n')
}

async function perform(page: string, { directory, env }: Checkout, args: readonly string[]): Promise<void> {
  try {
    await execute(process.execPath, args, { cwd: directory, env, timeout: runMs })
  } catch (error) {
    const said = error instanceof Error && 'stdout' in error && 'stderr' in error
    const output = said ? `${error.stdout}${error.stderr}`.trim() : ''
    throw new Error(`the program of ${page} fails:\n${output || 'it takes too long'}`, { cause: error })
  }
}
