import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { lastLines } from '../../scripts/stores/apt.ts'
import { type Child, startChild, untilReady } from '../../scripts/stores/child.ts'
import { byApt, onPath, type Program } from '../../scripts/stores/redis-program.ts'
import { freeze, thaw } from '../fault/signals.ts'
import type { Certificate } from './certificate.ts'
import { freePort } from './port.ts'

/** One process of Redis, which comes back on the same port, with what stands on its disk. */
export type RedisNode = {
  /** With its password. */
  url: string
  port: number
  password: string
  /** Its configuration, and what it writes. */
  folder: string
  /** For arranging and looking, past everything. It reconnects by itself. */
  client: Redis
  start(): Promise<void>
  /** SIGKILL: nothing is written, nobody is told. */
  kill(): Promise<void>
  freeze(): Promise<void>
  thaw(): Promise<void>
  close(): Promise<void>
}

export type RedisNodeOptions = {
  kind: 'server' | 'sentinel'
  port?: number
  password?: string
  /** It speaks nothing but TLS. */
  certificate?: Certificate | undefined
  /** Lines of its configuration, beside where it is and how it is entered. */
  config?: readonly string[]
}

/** Loopback is open to every account of the machine. */
const defaultPassword = 'of-a-test'

export async function startRedisNode(options: RedisNodeOptions): Promise<RedisNode> {
  const program = await findProgram()
  const folder = await mkdtemp(join(tmpdir(), `latchkey-test-redis-`))
  const { port = await freePort(), password = defaultPassword, certificate } = options
  const file = join(folder, 'redis.conf')
  const config = [...program.place(port, folder), `requirepass ${password}`, 'loglevel warning']
  const tls = certificate === undefined ? [] : tlsConfig(port, certificate)
  const keepsNothing = options.kind === 'server' ? ['save ""', 'appendonly no'] : []
  // In a file, because a Sentinel keeps there what it learns, and tells servers to do so too.
  await writeFile(file, `${[...config, ...tls, ...keepsNothing, ...(options.config ?? [])].join('\n')}\n`, {
    mode: 0o600,
  })
  const client = new Redis({
    port,
    password,
    host: '127.0.0.1',
    ...(certificate === undefined ? {} : { tls: { ca: await readFile(certificate.file) } }),
    lazyConnect: true,
    // It may be frozen.
    commandTimeout: 2_000,
    maxRetriesPerRequest: 2,
    retryStrategy: () => 50,
  })
  client.on('error', () => {})
  let child: Child | undefined

  async function start(): Promise<void> {
    const output = await open(join(folder, 'redis.log'), 'a', 0o600)
    try {
      const args = options.kind === 'sentinel' ? [file, '--sentinel'] : [file]
      const started = await startChild(program.command, args, {
        stopSignal: 'SIGTERM',
        output: output.fd,
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
      throw new Error(`Redis did not start: ${lastLines(log)}`, { cause: error })
    } finally {
      await output.close()
    }
  }

  async function kill(): Promise<void> {
    child?.kill()
    await child?.exited
  }

  async function close(): Promise<void> {
    client.disconnect()
    await kill()
    await rm(folder, { recursive: true, force: true })
  }

  try {
    await start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: `${certificate === undefined ? 'redis' : 'rediss'}://:${password}@127.0.0.1:${port}`,
    port,
    password,
    folder,
    client,
    start,
    kill,
    freeze: async () => child && (await freeze(child.pid)),
    thaw: async () => child && (await thaw(child.pid)),
    close,
  }
}

function tlsConfig(port: number, { file, key }: Certificate): string[] {
  return [
    'port 0',
    `tls-port ${port}`,
    `tls-cert-file ${file}`,
    `tls-key-file ${key}`,
    `tls-ca-cert-file ${file}`,
    'tls-auth-clients no',
    'tls-replication yes',
  ]
}

/** All of them, so that none is forgotten when another one fails. */
export async function startAll(starts: (() => Promise<RedisNode>)[]): Promise<RedisNode[]> {
  const results = await Promise.allSettled(starts.map(start => start()))
  const started = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.find(result => result.status === 'rejected')
  if (failed === undefined) return started
  await Promise.all(started.map(node => node.close()))
  throw failed.reason
}

/** A container has addresses of its own, which other servers and we would not find. */
export async function findProgram(): Promise<Program> {
  const reasons: string[] = []
  for (const find of [onPath, byApt]) {
    const found = await find(() => {})
    if (typeof found !== 'string') return found
    reasons.push(found)
  }
  throw new Error(`this test needs a redis-server or valkey-server: ${reasons.join('; ')}`)
}

/** From now on this replica receives nothing more, as if the network between it and its master had failed. */
export async function detachReplica({ client }: RedisNode): Promise<void> {
  await client.config('SET', 'masterauth', 'nobody knows')
  await client.call('CLIENT', 'KILL', 'TYPE', 'master')
}

export async function attachReplica({ client, password }: RedisNode): Promise<void> {
  await client.config('SET', 'masterauth', password)
}

/** Whether it has received all that its master has had to say. */
export async function isReplicaOf({ client }: RedisNode, master: RedisNode): Promise<boolean> {
  const info = await client.info('replication')
  return info.includes(`master_port:${master.port}\r`) && info.includes('master_link_status:up')
}
