import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { installByApt } from './apt.ts'

const execute = promisify(execFile)

/** A way to run the server: it reads its configuration from stdin. */
export interface Program {
  name: string
  command: string
  args: (port: number) => string[]
  argv0?: string
  /** The lines of the configuration that depend on where it runs. */
  place: (port: number, folder: string) => string[]
  /** Longer where something may have to be downloaded first. */
  readyWithinMs: number
}

export async function onPath(): Promise<Program | string> {
  for (const name of ['redis-server', 'valkey-server']) {
    const path = await locate(name)
    if (path !== undefined) return local(name, path)
  }
  return (await fromTools()) ?? 'no redis-server or valkey-server on the PATH'
}

/**
 * Debian's `redis-tools` has the server too: it is one file with `redis-check-rdb`, and acts by the name that it is
 * called by. Unlike `redis-server`, that package starts no service and adds no account.
 */
async function fromTools(): Promise<Program | undefined> {
  for (const kind of ['redis', 'valkey']) {
    const path = await locate(`${kind}-check-rdb`)
    if (path !== undefined) return { ...local(`${kind}-server`, path), argv0: `${kind}-server` }
  }
  return undefined
}

export async function byApt(log: (line: string) => void): Promise<Program | string> {
  const begins = () => log('Installing redis-tools with apt: it has the server, but starts no service')
  const obstacle = await installByApt('redis-tools', begins)
  return obstacle ?? (await fromTools()) ?? 'redis-tools, installed with apt, has no server'
}

export async function byDocker(log: (line: string) => void): Promise<Program | string> {
  const engine = await execute('docker', ['version', '--format', '{{.Server.Version}}'], {
    timeout: 5_000,
  }).catch(() => undefined)
  if (engine === undefined) return 'no Docker engine answers'
  log('Starting redis:8 with Docker, which may download it first')
  const name = `latchkey-redis-${randomBytes(4).toString('hex')}`
  return {
    name: 'redis:8 in Docker',
    command: 'docker',
    args: port => [
      ...['run', '--rm', '--interactive', '--name', name, '--publish', `127.0.0.1:${port}:6379`],
      ...['redis:8', 'redis-server', '-'],
    ],
    place: () => ['bind *', 'port 6379'],
    readyWithinMs: 300_000,
  }
}

function local(name: string, command: string): Program {
  return {
    name,
    command,
    args: () => ['-'],
    place: (port, folder) => ['bind 127.0.0.1', `port ${port}`, `dir "${folder.replace(/[\\"]/g, '\\$&')}"`],
    readyWithinMs: 120_000,
  }
}

async function locate(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue
    const path = join(folder, name)
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return path
  }
  return undefined
}
