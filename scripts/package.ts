import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

/**
 * Packs the service and each of the packages as they would be published, installs each tarball in an empty project of its
 * own, and uses each of its exports there, from JavaScript and from TypeScript. `npm run test:package`, or with some
 * exports only: `npm run test:package -- latchkey/fastify @latchkey/node/fastify`.
 */
const execute = promisify(execFile)
const root = join(import.meta.dirname, '..')
const uses = join(root, 'test', 'package')

type Manifest = {
  name: string
  version: string
  exports: Record<string, unknown>
  dependencies?: Record<string, string>
  devDependencies: Record<string, string>
  workspaces: string[]
}

/** What a team installs: a tarball, with the other tarballs that it needs, and what the uses of its exports need. */
type Product = { name: string; exported: string[]; needs: string[]; beside: string[]; foreign: string[] }

const manifest = await manifestIn('.')
const products = await Promise.all(['.', ...manifest.workspaces].map(productIn))
const asked = process.argv.slice(2)
const exported = products.flatMap(product => product.exported)
const unknown = asked.filter(name => !exported.includes(name))
if (unknown.length > 0) throw new Error(`exported is ${exported.join(', ')}, and not ${unknown.join(', ')}`)

const folder = await mkdtemp(join(tmpdir(), 'latchkey-package-'))
try {
  await pack()
  for (const product of products) {
    const names = product.exported.filter(name => asked.length === 0 || asked.includes(name))
    if (names.length > 0) await tryOut(product, names)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function manifestIn(path: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(root, path, 'package.json'), 'utf8'))
}

async function productIn(path: string): Promise<Product> {
  const { name, exports, dependencies = {} } = await manifestIn(path)
  const exported = Object.keys(exports)
    // A stylesheet is for bundlers.
    .filter(key => key !== './package.json' && !key.endsWith('.css'))
    .map(key => name + key.slice('.'.length))
  const needs = name === '@latchkey/react' ? ['@latchkey/client'] : []
  const beside: Record<string, string[]> = {
    latchkey: ['fastify', 'react', '@types/react'],
    '@latchkey/react': ['react', '@types/react'],
    '@latchkey/node': [
      'fastify',
      'express',
      '@types/express',
      'hono',
      'next@^16',
      'react',
      'react-dom',
      '@types/react',
    ],
  }
  // What the service is made of must not come with a package for other programs.
  const ofTheService = name === manifest.name ? [] : Object.keys(manifest.dependencies ?? {})
  const foreign = ofTheService.filter(library => dependencies[library] === undefined)
  return { name, exported, needs, beside: beside[name] ?? [], foreign }
}

/** The packages after the service, whose build has built them too. */
async function pack(): Promise<void> {
  await run('npm', ['pack', '--silent', '--pack-destination', folder], root)
  const workspaces = ['--workspaces', '--ignore-scripts']
  await run('npm', ['pack', '--silent', '--pack-destination', folder, ...workspaces], root)
}

function tarballOf(name: string): string {
  return join(folder, `${name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`)
}

async function tryOut(product: Product, names: readonly string[]): Promise<void> {
  const project = join(folder, product.name)
  await mkdir(project, { recursive: true })
  await lint(product)
  await install(product, project)
  for (const name of names) {
    await use(name, project)
    console.log(`${name}: used from JavaScript and TypeScript`)
  }
  if (product.name !== manifest.name) return
  const { stdout } = await run('npx', ['--no-install', 'latchkey', '--help'], project)
  if (!stdout.includes('migrate')) throw new Error('the command latchkey does not tell of itself')
  console.log('the command latchkey: runs')
}

/** What bundlers, Node.js and TypeScript make of the manifest. All of it is ESM, so nothing is judged as CommonJS. */
async function lint({ name }: Product): Promise<void> {
  const tarball = tarballOf(name)
  await run('npx', ['--no-install', 'publint', '--strict', tarball], root)
  const judged = [
    'attw',
    tarball,
    '--profile',
    'esm-only',
    '--no-color',
    '--exclude-entrypoints',
    './styles.css',
  ]
  await run('npx', ['--no-install', ...judged], root)
}

/** The tarball by itself first: no warning, such as of a package for a newer Node.js. Then what it is used with. */
async function install({ name, needs, beside, foreign }: Product, project: string): Promise<void> {
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const quiet = ['install', '--no-audit', '--no-fund', '--prefer-offline']
  const { stderr } = await run('npm', [...quiet, ...[name, ...needs].map(tarballOf)], project)
  if (/npm warn/i.test(stderr)) throw new Error(`npm warns of ${name}:\n${stderr}`)
  const brought = foreign.filter(library => existsSync(join(project, 'node_modules', library)))
  if (brought.length > 0) throw new Error(`${name} brings ${brought.join(', ')}, which are for the service`)
  const versions = [...beside, 'typescript', '@types/node'].map(library => {
    const range = manifest.devDependencies[library]
    return range === undefined ? library : `${library}@${range}`
  })
  await run('npm', [...quiet, ...versions], project)
}

/** An export without a use of it, in either language, fails. */
async function use(name: string, project: string): Promise<void> {
  await writeFile(join(project, 'use.js'), await programFor(name, 'js'))
  await run('node', ['use.js'], project)
  await writeFile(join(project, 'typed.ts'), await programFor(name, 'ts'))
  // As Node resolves, and as bundlers do.
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ] as const) {
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2023',
      lib: ['es2023', 'dom'],
      types: ['node'],
      strict: true,
      // The types of an ORM that the service uses do not hold in themselves.
      skipLibCheck: true,
      noEmit: true,
    }
    const config = { compilerOptions, files: ['typed.ts'] }
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(config))
    await run('npx', ['--no-install', 'tsc', '-p', 'tsconfig.json'], project)
  }
}

/** One text for an entry point of the service and for the package that it re-exports, and one for all languages. */
async function programFor(name: string, language: 'js' | 'ts'): Promise<string> {
  const isCatalog = name.startsWith('@latchkey/react/messages/')
  const file = `${isCatalog ? 'messages' : basename(name)}.${language}`
  const text = await readFile(join(uses, file), 'utf8').catch(() => {
    throw new Error(`nothing uses this export: write test/package/${file}`)
  })
  if (!name.startsWith('@')) return text
  return text
    .replaceAll("'latchkey/fastify'", "'@latchkey/node/fastify'")
    .replaceAll(/'latchkey\/(client|react)'/g, "'@latchkey/$1'")
    .replaceAll('LANGUAGE', basename(name))
}

async function run(
  command: string,
  args: string[],
  cwd: string,
): Promise<{ stdout: string; stderr: string }> {
  try {
    return await execute(command, args, { cwd, maxBuffer: 16 * 1024 * 1024 })
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : ''
    throw new Error(`${command} ${args.join(' ')} failed\n${output}`, { cause: error })
  }
}
