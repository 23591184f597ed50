import pg from 'pg'
import type { Lifetime } from '../../scripts/demo/lifetime.ts'
import { startPostgres, startRedis } from '../../scripts/stores.ts'

/** A Postgres and a Redis for one run. Each contestant has a database of its own in both. */
export type Stores = {
  /** In words, for people. */
  how: { postgres: string; redis: string }
  /** Makes a database, empty or as a copy of another one that nobody is connected to, and returns its URL. */
  database(name: string, template?: string): Promise<string>
  /** Another numbered database at each call. */
  redis(): string
}

/** The usual ports are left to those whose stores are to stay. */
const anyPort = 0
const redisDatabases = 64

export async function openStores(
  lifetime: Lifetime,
  log: (line: string) => void,
  postgresSettings: Record<string, string>,
): Promise<Stores> {
  const [postgres, redis] = await Promise.all([
    lifetime.hold(
      // Every contestant has a pool of ten.
      startPostgres({ port: anyPort, settings: { max_connections: '300', ...postgresSettings }, log }),
      started => started.stop(),
    ),
    lifetime.hold(startRedis({ port: anyPort, databases: redisDatabases, log }), async started => {
      if (started.kind === 'running') await started.stop()
    }),
  ])
  if (redis.kind === 'none') throw new Error(`there is no Redis: ${redis.reason}`)
  let taken = 0

  return {
    how: {
      postgres: postgres.how.replace(/ from .*/, ''),
      redis: redis.how.replace(/ \(.*/, ''),
    },
    async database(name, template) {
      const database = `bench_${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`
      const copied = template === undefined ? '' : ` TEMPLATE bench_${template}`
      // What was written must not fall into a measurement.
      await run(postgres.url, `CREATE DATABASE ${database}${copied}`, 'CHECKPOINT')
      const url = new URL(postgres.url)
      url.pathname = database
      return url.href
    },
    redis() {
      if (taken === redisDatabases) throw new Error('there are not enough numbered Redis databases')
      return `${redis.url}/${taken++}`
    },
  }
}

/** A few statements over a connection of their own. */
export async function run(url: string, ...statements: string[]): Promise<void> {
  await connected(url, async client => {
    for (const statement of statements) await client.query(statement)
  })
}

export async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
