import { copyFile, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { type Child, startChild, untilReady } from '../../scripts/stores/child.ts'
import { freePort } from '../support/port.ts'
import { findProgram } from '../support/redis-node.ts'
import { freeze, thaw } from './signals.ts'

/** A Redis of the bench's own, which comes back on the same port with what it is told to remember. */
export type RedisServer = {
  port: number
  password: string
  /** For arranging and looking, past every proxy. It reconnects by itself. */
  client: Redis
  /** SIGKILL: nothing is written, nobody is told. */
  kill(): Promise<void>
  /** With the dump that `keepDump` has kept, or with nothing. */
  start(memory: 'empty' | 'dump'): Promise<void>
  /** Writes everything to a dump and keeps it, whatever happens afterwards. */
  keepDump(): Promise<void>
  freeze(): Promise<void>
  thaw(): Promise<void>
  close(): Promise<void>
}

export async function startRedisServer(): Promise<RedisServer> {
  const program = await findProgram()
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-fault-redis-'))
  const port = await freePort()
  const password = 'fault-bench'
  const dump = join(folder, 'dump.rdb')
  const kept = join(folder, 'kept.rdb')
  const client = new Redis({
    port,
    password,
    host: '127.0.0.1',
    lazyConnect: true,
    maxRetriesPerRequest: 2,
    retryStrategy: () => 50,
  })
  client.on('error', () => {})
  let child: Child | undefined

  async function serve(): Promise<void> {
    const config = [
      'bind 127.0.0.1',
      `port ${port}`,
      `requirepass ${password}`,
      `dir "${folder}"`,
      'dbfilename dump.rdb',
      'daemonize no',
      'loglevel warning',
      'save ""',
      'appendonly no',
    ]
    const output = await open(join(folder, 'redis.log'), 'a', 0o600)
    try {
      const started = await startChild(program.command, ['-'], {
        stopSignal: 'SIGTERM',
        output: output.fd,
        input: `${config.join('\n')}\n`,
        removeAfter: folder,
        ...(program.argv0 === undefined ? {} : { argv0: program.argv0 }),
      })
      child = started
      await untilReady(started, 120_000, async () => {
        if (client.status === 'wait' || client.status === 'end') await client.connect()
        if ((await client.ping()) !== 'PONG') throw new Error('no PONG')
      })
    } catch (error) {
      const log = await readFile(join(folder, 'redis.log'), 'utf8')
      throw new Error(`Redis did not start: ${log.trim().split('\n').slice(-3).join(' ')}`, { cause: error })
    } finally {
      await output.close()
    }
  }

  async function kill(): Promise<void> {
    child?.kill()
    await child?.exited
  }

  await serve()
  return {
    port,
    password,
    client,
    kill,
    async start(memory) {
      await rm(dump, { force: true })
      if (memory === 'dump') await copyFile(kept, dump)
      await serve()
    },
    async keepDump() {
      await client.save()
      await copyFile(dump, kept)
    },
    freeze: async () => child && (await freeze(child.pid)),
    thaw: async () => child && (await thaw(child.pid)),
    async close() {
      client.disconnect()
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
