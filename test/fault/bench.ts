import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPasswords } from '../../src/account/hashing/passwords.ts'
import { createClock } from '../../src/clock.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { ask } from './http.ts'
import { buildFolder, createInstance, type Instance } from './instance.ts'
import { type PostgresServer, startPostgresServer } from './postgres-server.ts'
import { type ProxyMode, startProxy, type TcpProxy } from './proxy.ts'
import { type RedisServer, startRedisServer } from './redis-server.ts'

/** An instance with its own way to each store. */
export type Post = Instance & { postgres: TcpProxy; redis: TcpProxy }

export type Account = { userId: string; email: string; password: string }

/** Three instances of the built service, one Postgres and one Redis, and six ways between them that can be disturbed. */
export type Bench = {
  posts: readonly [Post, Post, Post]
  redis: RedisServer
  postgres(): PostgresServer
  /** Every way to that store. */
  disturb(store: 'redis' | 'postgres', mode: ProxyMode): Promise<void>
  /** After a restart, which may have changed its port, or to another server. */
  follow(postgres: PostgresServer): void
  /** What is still not as it was once the time is over; nothing when all is well. */
  ailments(isOver: () => boolean): Promise<string[]>
  /** Starts again what has crashed, and connections that have died: a row must not suffer for the one before. */
  mend(): Promise<void>
  createAccounts(count: number): Promise<Account[]>
  /** How the service is told where its stores are, past the proxies. */
  environment: NodeJS.ProcessEnv
  cacheTtlMs: number
  rotationGraceMs: number
  close(): Promise<void>
}

/** Unless told otherwise they keep in their own memory what they ship with. */
const nearCache = process.env['FAULT_NEAR_CACHE']
/** A row about a stale snapshot watches for longer than one lives, so it is short here. */
const cacheTtlSeconds = Number(process.env['FAULT_CACHE_TTL_SECONDS'] ?? 4)
const usualGraceSeconds = 30
const password = 'correct horse battery'

/** `settings` are for the services, beside their own. */
export async function startBench(build = buildFolder, settings: NodeJS.ProcessEnv = {}): Promise<Bench> {
  const undo: (() => Promise<void>)[] = []
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step().catch(() => {})
  }
  try {
    let postgres = await startPostgresServer()
    undo.push(() => postgres.close())
    const redis = await startRedisServer()
    undo.push(() => redis.close())
    await migrate(postgres.url())

    const environment = { ...serviceEnvironment(postgres.url(), redisUrl(redis, redis.port)), ...settings }
    const undoPosts: (() => Promise<void>)[] = []
    undo.push(async () => {
      await Promise.all(undoPosts.map(step => step()))
    })
    const addPost = async (name: string): Promise<Post> => {
      const ways = { postgres: await startProxy(postgres.port()), redis: await startProxy(redis.port) }
      const databaseUrl = new URL(postgres.url())
      databaseUrl.port = String(ways.postgres.port)
      const instance = await createInstance(name, build, {
        ...environment,
        DATABASE_URL: databaseUrl.href,
        REDIS_URL: redisUrl(redis, ways.redis.port),
      })
      undoPosts.push(async () => {
        await instance.stop()
        await Promise.all([ways.postgres.close(), ways.redis.close()])
      })
      await instance.start()
      return { ...instance, ...ways }
    }
    const posts = await Promise.all([addPost('A'), addPost('B'), addPost('C')])

    const passwordHash = await createPasswords(createClock()).hash(password)
    return {
      posts,
      redis,
      postgres: () => postgres,
      async disturb(store, mode) {
        await Promise.all(posts.map(post => post[store].set(mode)))
      },
      follow(server) {
        postgres = server
        for (const post of posts) post.postgres.retarget(server.port())
      },
      async ailments(isOver) {
        const found = await Promise.all(posts.map(post => ailmentOf(post, isOver)))
        return found.filter(ailment => ailment !== null)
      },
      async mend() {
        await Promise.all(
          posts.map(async post => {
            if (post.crashed() !== null) await post.start()
            for (const way of [post.postgres, post.redis]) {
              await way.set({ kind: 'reset' })
              await way.set({ kind: 'pass' })
            }
          }),
        )
        const isOver = after(mendWithinMs)
        await Promise.all(posts.map(post => ailmentOf(post, isOver)))
      },
      createAccounts: count => insertAccounts(postgres, count, passwordHash),
      environment,
      cacheTtlMs: cacheTtlSeconds * 1000,
      rotationGraceMs: Number(environment['ROTATION_GRACE_SECONDS']) * 1000,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** For what has to be well again, however slow the machine is. */
const mendWithinMs = 60_000

/** Whether so much time has passed since now. */
export function after(ms: number): () => boolean {
  const deadline = performance.now() + ms
  return () => performance.now() > deadline
}

/** Asks until the instance says that it is well, has crashed, or the time is over. */
async function ailmentOf(post: Post, isOver: () => boolean): Promise<string | null> {
  for (;;) {
    const crash = post.crashed()
    if (crash !== null) return `instance ${post.name} has crashed: ${crash}`
    const { status, body } = await ask(post.url, { method: 'GET', path: '/health/ready' })
    if (status === 200 && body['status'] === 'ok') return null
    if (isOver()) {
      return `instance ${post.name} does not recover: /health/ready says ${status} ${JSON.stringify(body)}`
    }
    await sleep(100)
  }
}

function redisUrl(redis: RedisServer, port: number): string {
  return `redis://:${redis.password}@127.0.0.1:${port}`
}

/** Nothing of ours but the path: settings meant for another Latchkey must not reach these. */
function serviceEnvironment(databaseUrl: string, redis: string): NodeJS.ProcessEnv {
  const plenty = { max: 1_000_000, windowSeconds: 60 }
  const limits = ['login_account', 'login_address', 'register_address', 'refresh_session', 'refresh_address']
  const others = ['password_session', 'logout_session', 'anonymous_address', 'refused_address', 'session']
  return {
    PATH: process.env['PATH'],
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis,
    LATCHKEY_SECRET: randomBytes(32).toString('base64'),
    HOST: '127.0.0.1',
    METRICS_PORT: '0',
    LOG_LEVEL: 'warn',
    CACHE_TTL_SECONDS: String(cacheTtlSeconds),
    ...(nearCache === undefined ? {} : { NEAR_CACHE_MAX_SESSIONS: nearCache }),
    // Shorter than clocks are wrong here, so that it shows when one of them counts.
    ACCESS_TOKEN_TTL_SECONDS: '240',
    ROTATION_GRACE_SECONDS: String(usualGraceSeconds),
    // All the time, also while something is broken.
    CLEANUP_INTERVAL_SECONDS: '1',
    // The whole load comes from one address.
    RATE_LIMITS: JSON.stringify(Object.fromEntries([...limits, ...others].map(name => [name, plenty]))),
  }
}

/** Past the service: hashing a password for each would take longer than the rows do. */
async function insertAccounts(
  postgres: PostgresServer,
  count: number,
  passwordHash: string,
): Promise<Account[]> {
  const accounts = Array.from({ length: count }, () => {
    const userId = randomUUID()
    return { userId, email: `${userId}@example.test`, password }
  })
  await postgres.query(
    `INSERT INTO users (id, email, password_hash, roles)
     SELECT id, id || '@example.test', $2, '{}' FROM unnest($1::uuid[]) AS id`,
    [accounts.map(({ userId }) => userId), passwordHash],
  )
  return accounts
}
