import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import getPort from 'get-port'
import type { Contestant, Surroundings } from './contestant.ts'
import { startServer } from './server.ts'

const root = join(import.meta.dirname, '..', '..')

/** How an instance of the service reaches its Redis. */
export type RedisState = 'up' | 'none' | 'stopped'

export type LatchkeyOptions = {
  redis: RedisState
  /** A built service; default: this one's `dist`. */
  dist?: string
  /** Default: a copy of the seeded one. */
  databaseUrl?: string
  /** Default: a numbered database of its own. */
  redisUrl?: string
  /** Default: the service's own. */
  cacheTtlSeconds?: number
  /** In `NEAR_CACHE_MAX_SESSIONS`; 0 switches it off. */
  nearCacheMaxSessions?: number
}

/** The production build, one process, on a copy of the seeded database. */
export function latchkey(name: string, options: LatchkeyOptions): Contestant {
  return {
    name,
    kind: 'latchkey',
    async start(surroundings) {
      const { stores, seed } = surroundings
      const databaseUrl = options.databaseUrl ?? (await stores.database(name, seed.templates.latchkey))
      const redisUrl = options.redisUrl ?? (await redisUrlOf(options.redis, stores))
      const dist = options.dist ?? join(root, 'dist')
      const server = await startServer({
        name,
        file: join(dist, 'server.js'),
        environment: {
          DATABASE_URL: databaseUrl,
          ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
          LATCHKEY_SECRET: seed.secret,
          LOG_LEVEL: 'warn',
          METRICS_PORT: '0',
          CLEANUP_INTERVAL_SECONDS: '0',
          ...(options.cacheTtlSeconds === undefined
            ? {}
            : { CACHE_TTL_SECONDS: String(options.cacheTtlSeconds) }),
          ...settingsIfKnown(options.nearCacheMaxSessions ?? 0, dist),
        },
        surroundings,
      })
      return { ...server, databaseUrl, redisUrl }
    },
  }
}

/** Whether this version of the service has that setting. */
export function isKnown(setting: string): boolean {
  return new RegExp(`^#?${setting}=`, 'm').test(readFileSync(join(root, '.env.example'), 'utf8'))
}

const limits = [
  'login_account',
  'login_address',
  'register_address',
  'refresh_session',
  'refresh_address',
  'password_session',
  'anonymous_address',
  'session',
]

/** Of versions after 0.1, which refuses to start with names that it does not know. */
const newerLimits = ['logout_session', 'refused_address', 'public_address']

/** All requests come from one address, and those of a row from few people: limits stay on, and out of reach. */
function settingsIfKnown(nearCacheMaxSessions: number, dist: string): Record<string, string> {
  const known = knowsNewerLimits(dist) ? [...limits, ...newerLimits] : limits
  const generous = Object.fromEntries(known.map(name => [name, { max: 1_000_000_000, windowSeconds: 60 }]))
  const settings = {
    RATE_LIMITS: JSON.stringify(generous),
    NEAR_CACHE_MAX_SESSIONS: String(nearCacheMaxSessions),
  }
  return Object.fromEntries(Object.entries(settings).filter(([setting]) => isKnown(setting)))
}

function knowsNewerLimits(dist: string): boolean {
  const file = join(dist, 'access', 'rate-limits.js')
  return existsSync(file) && newerLimits.every(name => readFileSync(file, 'utf8').includes(name))
}

async function redisUrlOf(state: RedisState, stores: Surroundings['stores']): Promise<string | null> {
  switch (state) {
    case 'up':
      return stores.redis()
    case 'none':
      return null
    case 'stopped':
      // A port that nobody listens on, as that of a Redis that has ended.
      return `redis://127.0.0.1:${await getPort()}`
  }
}
