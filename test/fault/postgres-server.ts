import { execFile } from 'node:child_process'
import { appendFile, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { type RunningPostgres, startPostgres } from '../../scripts/stores.ts'
import { freeze, thaw } from './signals.ts'

const execute = promisify(execFile)

/** A Postgres of the bench's own. Its port may change with a restart. */
export type PostgresServer = {
  port(): number
  /** With its password, past every proxy. */
  url(): string
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** "Fast": ends the connections, writes what is to be written, and goes. */
  stop(): Promise<void>
  start(): Promise<void>
  /** SIGKILL of the server; its processes follow. */
  kill(): Promise<void>
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** A copy that follows over that port, as a hot standby. */
  startStandby(replicationPort: number): Promise<PostgresServer>
  close(): Promise<void>
}

/** Processes are killed here, never the machine: what the kernel has, is kept. */
const settings = { fsync: 'off', max_connections: '120' }

export async function startPostgresServer(): Promise<PostgresServer> {
  return await serve(await mkdtemp(join(tmpdir(), 'latchkey-fault-postgres-')))
}

async function serve(directory: string): Promise<PostgresServer> {
  const data = join(directory, 'data')
  let running: RunningPostgres = await startPostgres({ directory, port: 0, settings })

  async function pid(): Promise<number> {
    const [first] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')
    return Number(first)
  }

  const server: PostgresServer = {
    port: () => running.port,
    url: () => running.url,
    query: (text, values = []) => query(running.url, text, values),
    stop: () => running.stop(),
    async start() {
      running = await startPostgres({ directory, port: 0, settings })
    },
    async kill() {
      process.kill(await pid(), 'SIGKILL')
      await running.stop()
    },
    freeze: async () => await freeze(await pid()),
    thaw: async () => await thaw(await pid()),
    startStandby: port => copyAsStandby(server, data, port),
    async close() {
      await running.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
  return server
}

/** Not with `pg_basebackup`, which the embedded programs lack, but by the statements that it uses itself. */
async function copyAsStandby(
  primary: PostgresServer,
  data: string,
  replicationPort: number,
): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-fault-standby-'))
  const copy = join(directory, 'data')
  const session = new pg.Client({ connectionString: primary.url() })
  await session.connect()
  try {
    // Both in one session: the backup ends with it.
    await session.query("SELECT pg_backup_start('standby', true)")
    // With the owner and the rights, which Postgres insists on.
    await execute('cp', ['-a', data, copy])
    const stopped = await session.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop()')
    await writeFile(join(copy, 'backup_label'), stopped.rows[0]?.labelfile ?? '')
  } finally {
    await session.end()
  }
  await rm(join(copy, 'postmaster.pid'), { force: true })
  await writeFile(join(copy, 'standby.signal'), '')
  const { username, password } = new URL(primary.url())
  await writeFile(join(directory, 'password'), `${password}\n`, { mode: 0o600 })
  const source = `host=127.0.0.1 port=${replicationPort} user=${username} password=${password} connect_timeout=1`
  await appendFile(join(copy, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`)
  const { uid, gid } = await stat(data)
  await Promise.all(['backup_label', 'standby.signal'].map(name => chown(join(copy, name), uid, gid)))
  return await serve(directory)
}

async function query<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query<Row>(text, [...values])).rows
  } finally {
    await client.end()
  }
}
