import { once } from 'node:events'
import { chown, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { accountFor } from '../../scripts/stores/account.ts'
import { startChild, untilReady } from '../../scripts/stores/child.ts'
import { freePort } from './port.ts'

export type RunningPooler = { url: string; stop(): Promise<void> }

/** PgBouncer in transaction mode in front of a database, with few connections and settings left as they come. */
export async function startPooler(program: string, databaseUrl: string): Promise<RunningPooler> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-pgbouncer-'))
  const port = await freePort()
  const target = new URL(databaseUrl)
  const name = target.pathname.slice(1)
  const file = join(folder, 'pgbouncer.ini')
  await writeFile(
    file,
    `[databases]
${name} = host=${target.hostname} port=${target.port} dbname=${name} user=${target.username} password=${target.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
`,
    { mode: 0o600 },
  )
  // It refuses to run as root, as Postgres does.
  const account = await accountFor(folder)
  if (account !== undefined) for (const path of [folder, file]) await chown(path, account.uid, account.gid)
  const child = await startChild(program, [file], {
    stopSignal: 'SIGINT',
    output: 'pipe',
    account,
    cwd: folder,
    env: { ...process.env, LD_LIBRARY_PATH: await librariesOf(program) },
    removeAfter: folder,
  })
  child.stdout?.resume()
  child.stderr?.resume()
  await untilReady(child, 120_000, async () => {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
    } finally {
      socket.destroy()
    }
  })
  target.port = String(port)
  return { url: target.href, stop: () => child.stop() }
}

/** Those that came beside a program which was taken out of its package. */
async function librariesOf(program: string): Promise<string> {
  const beside = join(dirname(program), '..', 'lib')
  const folders = await readdir(beside).catch(() => [])
  return folders
    .filter(name => name.endsWith('-linux-gnu'))
    .map(name => join(beside, name))
    .join(':')
}
