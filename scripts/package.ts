import { execFile } from 'node:child_process'
import { access, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/**
 * Packs the package as it would be published, installs it in an empty project, and uses each of its exports there, from
 * JavaScript and from TypeScript. `npm run test:package`, or with some exports only: `npm run test:package -- ./fastify`.
 */
const execute = promisify(execFile)
const root = join(import.meta.dirname, '..')
const uses = join(root, 'test', 'package')

type Manifest = { exports: Record<string, unknown>; devDependencies: Record<string, string> }

const manifest: Manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
const exported = Object.keys(manifest.exports).filter(name => name !== './package.json')
const asked = process.argv.slice(2)
const unknown = asked.filter(name => !exported.includes(name))
if (unknown.length > 0)
  throw new Error(`the package exports ${exported.join(', ')}, and not ${unknown.join(', ')}`)

const project = await mkdtemp(join(tmpdir(), 'latchkey-package-'))
try {
  await prepare(project)
  for (const name of asked.length > 0 ? asked : exported) {
    await use(name === '.' ? 'latchkey' : name.slice('./'.length))
    console.log(`latchkey${name.slice(1)}: used from JavaScript and TypeScript`)
  }
  const { stdout } = await run('npx', ['--no-install', 'latchkey', '--help'])
  if (!stdout.includes('migrate')) throw new Error('the command latchkey does not tell of itself')
  console.log('the command latchkey: runs')
} finally {
  await rm(project, { recursive: true, force: true })
}

/** What a team does that adopts it: a project of its own, the package, and what it is used with. */
async function prepare(folder: string): Promise<void> {
  await run('npm', ['pack', '--silent', '--pack-destination', folder], root)
  const [tarball] = (await readdir(folder)).filter(name => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack has made no package')
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const beside = ['fastify', 'react', '@types/react', 'typescript', '@types/node']
  const { devDependencies } = manifest
  const versions = beside.map(name =>
    devDependencies[name] === undefined ? name : `${name}@${devDependencies[name]}`,
  )
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`, ...versions])
}

/** An export without a use of it, in either language, fails. */
async function use(name: string): Promise<void> {
  for (const language of ['js', 'ts']) {
    const file = `${name}.${language}`
    await access(join(uses, file)).catch(() => {
      throw new Error(`nobody uses this export: write test/package/${file}`)
    })
  }
  await copyFile(join(uses, `${name}.js`), join(project, `${name}.js`))
  await run('node', [`${name}.js`])
  await mkdir(join(project, 'typed'), { recursive: true })
  await copyFile(join(uses, `${name}.ts`), join(project, 'typed', `${name}.ts`))
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
    const config = { compilerOptions, files: [`typed/${name}.ts`] }
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(config))
    await run('npx', ['--no-install', 'tsc', '-p', 'tsconfig.json'])
  }
}

async function run(command: string, args: string[], cwd = project): Promise<{ stdout: string }> {
  try {
    return await execute(command, args, { cwd, maxBuffer: 16 * 1024 * 1024 })
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : ''
    throw new Error(`${command} ${args.join(' ')} failed\n${output}`, { cause: error })
  }
}
