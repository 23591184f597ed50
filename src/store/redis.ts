import { Cluster, Redis, type RedisOptions } from 'ioredis'

/** One client, whatever stands behind it; both speak the same commands. */
export type RedisClient = Redis | Cluster

export type RedisAddress =
  | { kind: 'standalone'; url: string }
  | { kind: 'sentinel'; sentinels: readonly { host: string; port: number }[]; masterName: string }
  | { kind: 'cluster'; nodes: readonly { host: string; port: number }[] }

/** Milliseconds after which Redis counts as away; Postgres answers in its stead. */
const commandTimeoutMs = 75

/**
 * A command is never queued for later nor sent twice: a `SET` that is applied when the server thaws, or when a
 * connection comes back, could bring back what has been deleted since.
 */
const options = {
  commandTimeout: commandTimeoutMs,
  connectTimeout: 1_000,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // Nobody waits for what ioredis sends by itself, so that its failure would end the process; `redis-link.ts` subscribes.
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  enableAutoPipelining: true,
  lazyConnect: true,
  retryStrategy: (attempt: number) => Math.min(50 * 2 ** attempt, 1_000),
  // After a failover the old master answers READONLY, a restarted one LOADING: ask again who the master is.
  reconnectOnError: (error: Error) => /^(READONLY|LOADING)/.test(error.message),
} satisfies RedisOptions

export function createRedis(address: RedisAddress): RedisClient {
  switch (address.kind) {
    case 'standalone':
      return new Redis(address.url, options)
    case 'sentinel':
      return new Redis({
        ...options,
        sentinels: [...address.sentinels],
        name: address.masterName,
        role: 'master',
        sentinelRetryStrategy: options.retryStrategy,
      })
    case 'cluster': {
      const { retryStrategy, lazyConnect, enableAutoPipelining, enableOfflineQueue, ...redisOptions } =
        options
      return new Cluster([...address.nodes], {
        redisOptions,
        lazyConnect,
        enableAutoPipelining,
        enableOfflineQueue,
        clusterRetryStrategy: retryStrategy,
        maxRedirections: 3,
      })
    }
  }
}
