import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, chown, constants, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Account, accountFor, reachableFolder } from './account.ts'
import { type Programs, programsFor } from './programs.ts'

const execute = promisify(execFile)

/** The superuser of every cluster. */
export const user = 'latchkey'

/** A folder of Postgres data that no server has yet, and what it takes to serve it. */
export interface Cluster {
  home: string
  data: string
  programs: string
  password: string
  account: Account | undefined
}

/** Makes it where it does not exist; `fresh` empties it. Throws if a server has it. */
export async function openCluster(
  directory: string,
  fresh: boolean,
  log: (line: string) => void,
): Promise<Cluster> {
  const home = await reachableFolder(directory, await accountFor(join(directory, 'data')), log)
  await access(home, constants.W_OK).catch(() => {
    throw new Error(`${home} belongs to another user; remove it, or run as that user`)
  })
  const data = join(home, 'data')
  await refuseIfServed(data, log)
  if (fresh) await rm(data, { recursive: true, force: true })

  const account = await accountFor(data)
  const programs = await programsFor(account, log)
  const passwordFile = join(home, 'password')
  const major = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (major === undefined) {
    log('Making an empty Postgres cluster')
    await initialise(programs, data, passwordFile, account)
  } else if (!programs.version.startsWith(`${major.trim()}.`)) {
    throw new Error(`${data} is of PostgreSQL ${major.trim()}, not of ${programs.version}: remove it`)
  }
  const password = (await readFile(passwordFile, 'utf8')).trim()
  return { home, data, programs: programs.folder, password, account }
}

/** macOS: the programs want a valid locale in the environment. */
export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C' }
}

async function initialise(
  programs: Programs,
  data: string,
  passwordFile: string,
  account: Account | undefined,
): Promise<void> {
  // Under another name until it is complete: a start that is killed half-way leaves nothing that looks like a cluster.
  const partial = `${data}.new`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { mode: 0o700 })
  await writeFile(passwordFile, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 })
  if (account !== undefined) {
    await Promise.all([partial, passwordFile].map(path => chown(path, account.uid, account.gid)))
  }
  const flags = [
    `--pgdata=${partial}`,
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    // Sorts by code point and knows Unicode's upper and lower case, alike on every platform.
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ]
  await execute(join(programs.folder, 'bin', 'initdb'), flags, { cwd: '/', env: environment(), ...account })
  await rename(partial, data)
}

/**
 * A cluster has one server. Its `postmaster.pid` also outlasts a server that was killed, and its number may by then
 * belong to any other process, which Postgres itself would take for a server: so we look at what that process is.
 */
async function refuseIfServed(data: string, log: (line: string) => void): Promise<void> {
  const lockFile = join(data, 'postmaster.pid')
  for (let waited = 0; ; waited++) {
    const lock = await readFile(lockFile, 'utf8').catch(() => undefined)
    if (lock === undefined) return
    const [pid = '', , , port] = lock.split('\n')
    if (!(await commandLine(pid)).includes(data)) return rm(lockFile, { force: true })
    // The one that served it may have been killed a moment ago, and its Postgres be ending.
    if (waited === 0) log(`A Postgres (process ${pid}) still has ${data}; waiting for it to end`)
    if (waited === 20) {
      throw new Error(
        `A Postgres already runs on ${data} (process ${pid}, port ${port}), so another run is still going. ` +
          `End that first; if nothing else is left of it: kill -INT ${pid}`,
      )
    }
    await sleep(250)
  }
}

/** Empty when there is no such process. */
async function commandLine(pid: string): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const listed = await execute('ps', ['-o', 'args=', '-p', pid]).catch(() => ({ stdout: '' }))
  return listed.stdout
}
