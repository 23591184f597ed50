import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import getPort from 'get-port'
import { Redis } from 'ioredis'
import { lastLines } from './apt.ts'
import { startChild, untilReady } from './child.ts'
import { byApt, byDocker, onPath, type Program } from './redis-program.ts'

export interface RedisOptions {
  /** Preferred; another one when it is taken. */
  port?: number
  /** How many numbered databases it has. */
  databases?: number
  /** Whether root on Debian or Ubuntu may install what is missing; default yes. */
  install?: boolean
  log?: (line: string) => void
}

export type RedisResult = RunningRedis | { kind: 'none'; reason: string }

export interface RunningRedis {
  kind: 'running'
  /** With its password, on 127.0.0.1. */
  url: string
  port: number
  /** In words, for people. */
  how: string
  stop(): Promise<void>
}

/** An empty Redis that keeps nothing, by the first of these that works: what is on the PATH, apt, Docker. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisResult> {
  const log = options.log ?? (() => {})
  const reasons: string[] = []
  for (const find of [onPath, options.install === false ? undefined : byApt, byDocker]) {
    const found = await find?.(log)
    if (found === undefined) continue
    if (typeof found === 'string') {
      reasons.push(found)
      continue
    }
    try {
      return await run(found, options)
    } catch (error) {
      reasons.push(`${found.name} did not start: ${error instanceof Error ? error.message : error}`)
    }
  }
  return { kind: 'none', reason: reasons.join('; ') }
}

async function run(program: Program, options: RedisOptions): Promise<RunningRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-redis-'))
  // Other accounts of this machine reach 127.0.0.1 too, and a Redis without one does what it is told, as us.
  const password = randomBytes(18).toString('base64url')
  let port = await getPort({ port: options.port ?? 6379 })
  for (let attempt = 1; ; attempt++) {
    try {
      const child = await serve(program, port, folder, password, options.databases ?? 16)
      const url = `redis://:${password}@127.0.0.1:${port}`
      const version = await untilReady(child, program.readyWithinMs, () => versionOf(url)).catch(
        async error => {
          await child.stop()
          const words = lastLines(await readFile(join(folder, 'redis.log'), 'utf8'))
          throw new Error(words || (error instanceof Error ? error.message : String(error)), { cause: error })
        },
      )
      return {
        kind: 'running',
        url,
        port,
        how: `Redis ${version} (${program.name}), keeps nothing on disk`,
        async stop() {
          await child.stop()
          await rm(folder, { recursive: true, force: true })
        },
      }
    } catch (error) {
      if (attempt < 3 && error instanceof Error && /in use|already allocated/i.test(error.message)) {
        port = await getPort()
        continue
      }
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }
}

async function serve(program: Program, port: number, folder: string, password: string, databases: number) {
  const config = [
    ...program.place(port, folder),
    `requirepass ${password}`,
    `databases ${databases}`,
    'daemonize no',
    'loglevel warning',
    'save ""',
    'appendonly no',
  ]
  const output = await open(join(folder, 'redis.log'), 'w', 0o600)
  try {
    return await startChild(program.command, program.args(port), {
      stopSignal: 'SIGTERM',
      output: output.fd,
      // Through stdin, so that the password is not in the list of processes.
      input: `${config.join('\n')}\n`,
      ...(program.argv0 === undefined ? {} : { argv0: program.argv0 }),
      removeAfter: folder,
    })
  } finally {
    await output.close()
  }
}

async function versionOf(url: string): Promise<string> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  // Its failures are also those of the calls below; without a listener they are printed.
  client.on('error', () => {})
  try {
    await client.connect()
    const info = await client.info('server')
    return /(?:valkey|redis)_version:(\S+)/.exec(info)?.[1] ?? 'of an unknown version'
  } finally {
    client.disconnect()
  }
}
