import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import getPort from 'get-port'
import pg from 'pg'
import { type Child, startChild, untilReady } from '../stores/child.ts'
import { startPostgres } from '../stores.ts'
import type { Lifetime } from './lifetime.ts'
import { type DemoRedis, openRedis } from './redis.ts'

const execute = promisify(execFile)

const root = dirname(dirname(import.meta.dirname))
const built = (file: string) => join(root, 'dist', file)

/** The usual ports are left to those whose stores are to stay. */
const anyPort = 0

export interface Account {
  email: string
  password: string
}

/** One process of the built service. */
export interface Instance {
  name: string
  url: string
}

export interface Service {
  a: Instance
  b: Instance
  /** Null where there is none. */
  redis: DemoRedis | null
  account: Account
  /** Runs the command line and returns what it prints. */
  latchkey(args: string[], input?: string): Promise<string>
  /** Past the service, straight to the database. */
  query(text: string, values: unknown[]): Promise<Record<string, unknown>[]>
}

export interface ServiceOptions {
  lifetime: Lifetime
  redis: boolean
  tell(what: string, text: string): void
  /** Receives one for each instance: the last lines of its log, for whoever has to explain a failure. */
  logs: (() => string[])[]
}

/** Two instances on a Postgres and a Redis of their own, with one user; all of it new, and gone at the end. */
export async function bringUp(options: ServiceOptions): Promise<Service> {
  const { lifetime, tell } = options
  const [databaseUrl, redis] = await Promise.all([bringUpPostgres(options), bringUpRedis(options)])
  const env = environment(databaseUrl, redis?.url ?? null)

  const latchkey = async (args: string[], input = ''): Promise<string> => {
    const running = execute(process.execPath, [built('cli.js'), ...args], { env, signal: lifetime.signal })
    // An early end breaks this pipe; the exit code tells of it.
    running.child.stdin?.on('error', () => {})
    running.child.stdin?.end(input)
    const { stdout } = await running
    return stdout
  }
  await latchkey(['migrate'])
  const account = { email: 'ann@example.com', password: randomBytes(12).toString('base64url') }
  await latchkey(['users', 'create', '--email', account.email, '--password-stdin'], account.password)

  const began = performance.now()
  const [a, b] = await Promise.all([startInstance('A', env, options), startInstance('B', env, options)])
  const took = ((performance.now() - began) / 1000).toFixed(1)
  tell('Latchkey', `two instances that share nothing else, A ${a.url} and B ${b.url}, up in ${took} s`)
  return { a, b, redis, account, latchkey, query: (text, values) => query(databaseUrl, text, values) }
}

async function bringUpPostgres({ lifetime, tell }: ServiceOptions): Promise<string> {
  const starting = startPostgres({ port: anyPort, log: line => tell('Postgres', line) })
  const postgres = await lifetime.hold(starting, started => started.stop())
  tell('Postgres', `${postgres.how}, port ${postgres.port}`)
  return postgres.url
}

async function bringUpRedis({ lifetime, tell, redis }: ServiceOptions): Promise<DemoRedis | null> {
  if (!redis) {
    tell('Redis', 'none, as you wish: Postgres answers everything')
    return null
  }
  const opened = await openRedis(lifetime, line => tell('Redis', line))
  if (typeof opened === 'string') {
    tell('Redis', `none (${opened}): Postgres answers everything`)
    return null
  }
  tell('Redis', `${opened.how}, port ${opened.port}`)
  return opened
}

/** Nothing of ours but the path: settings meant for another Latchkey must not reach this one. */
export function environment(databaseUrl: string, redisUrl: string | null): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env
  return {
    ...(PATH === undefined ? {} : { PATH }),
    ...(SystemRoot === undefined ? {} : { SystemRoot }),
    DATABASE_URL: databaseUrl,
    ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
    LATCHKEY_SECRET: randomBytes(32).toString('base64'),
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
    // Both instances would want the same one.
    METRICS_PORT: '0',
    // One person signs in more often here, and from one address, than a person does.
    RATE_LIMITS: JSON.stringify({
      login_account: { max: 1_000, windowSeconds: 60 },
      login_address: { max: 1_000, windowSeconds: 60 },
    }),
    // A step runs it itself.
    CLEANUP_INTERVAL_SECONDS: '0',
  }
}

export async function startInstance(
  name: string,
  env: NodeJS.ProcessEnv,
  { lifetime, logs }: Pick<ServiceOptions, 'lifetime' | 'logs'>,
): Promise<Instance> {
  const port = await getPort()
  const starting = startChild(process.execPath, [built('server.js')], {
    stopSignal: 'SIGTERM',
    output: 'pipe',
    env: { ...env, PORT: String(port) },
  })
  const child = await lifetime.hold(starting, started => started.stop())
  const lastLines = keepLastLines(child)
  logs.push(() => lastLines().map(line => `${name}  ${line}`))
  const url = `http://127.0.0.1:${port}`
  await untilReady(child, 120_000, async () => {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })
    if (!answer.ok) throw new Error(await answer.text())
  }).catch((error: unknown) => {
    throw new Error(`instance ${name} did not start: ${error instanceof Error ? error.message : error}`)
  })
  return { name, url }
}

function keepLastLines(child: Child): () => string[] {
  const lines: string[] = []
  for (const input of [child.stdout, child.stderr]) {
    if (input === null) continue
    createInterface({ input }).on('line', line => {
      lines.push(line)
      if (lines.length > 10) lines.shift()
    })
  }
  return () => lines
}

async function query(url: string, text: string, values: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  // A connection that breaks fails its query too; without a listener it would end this process.
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query<Record<string, unknown>>(text, values)).rows
  } finally {
    await client.end()
  }
}
