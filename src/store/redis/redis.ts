import { createSecureContext, type SecureContext } from 'node:tls'
import { type ClientContext, Cluster, Redis, type RedisOptions, type Result } from 'ioredis'

/** A client for one server or a Cluster; both have the same commands. */
export type RedisClient = Redis | Cluster

declare module 'ioredis' {
  interface RedisCommander<Context extends ClientContext> {
    /** Increments the count of a key; returns the count and the milliseconds until the window ends. */
    countInWindow(key: string, windowMs: number): Result<[count: number, resetMs: number], Context>
    /** Decrements the count of a key, if there is one. */
    uncountInWindow(key: string): Result<number, Context>
    /** Records in the mark of a session that older snapshots are outdated, unless the session is revoked. */
    markChange(
      key: string,
      value: string,
      changedAt: number,
      lifetimeSeconds: number,
    ): Result<number, Context>
  }
}

/** Sent once to a server, and named by its hash from then on. */
const scripts = {
  countInWindow: {
    numberOfKeys: 1,
    lua: `local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 or left > tonumber(ARGV[1]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, left}`,
  },
  uncountInWindow: {
    numberOfKeys: 1,
    // A key that has ended stays gone. Only commands that the documented user of an ACL may run.
    lua: `local left = redis.call('PTTL', KEYS[1])
local count = tonumber(redis.call('MGET', KEYS[1])[1])
if left <= 0 or count == nil or count <= 0 then return 0 end
redis.call('SET', KEYS[1], count - 1, 'PX', left)
return count - 1`,
  },
  markChange: {
    numberOfKeys: 1,
    // Writes may arrive in any order: a revocation stays, and so does a later change, which covers this one.
    lua: `local mark = redis.call('MGET', KEYS[1])[1]
if mark then
  local changedAt = tonumber(string.match(mark, 'changed (%S+)$'))
  if changedAt == nil or changedAt >= tonumber(ARGV[2]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1`,
  },
}

type Place = { host: string; port: number }

/** Credentials for the servers behind Sentinels, or for the nodes of a Cluster. */
export type RedisAccess = { username: string | null; password: string | null; tls: boolean }

export type RedisAddress =
  | { kind: 'standalone'; url: string }
  | {
      kind: 'sentinel'
      sentinels: readonly Place[]
      masterName: string
      access: RedisAccess
      sentinelPassword: string | null
    }
  | { kind: 'cluster'; nodes: readonly Place[]; access: RedisAccess }

/** Milliseconds after which Redis counts as down, and Postgres is used instead. */
export const commandTimeoutMs = 75
/** The same for who has which slot, or is the master, connecting included: no request waits for it. */
const lookupTimeoutMs = 500

/**
 * A command is never queued for later nor sent twice: a `SET` that is applied when the server thaws, or when a
 * connection comes back, could bring back what has been deleted since.
 */
const options = {
  commandTimeout: commandTimeoutMs,
  connectTimeout: 1_000,
  // A server that hangs does not respond to QUIT either.
  disconnectTimeout: 100,
  maxLoadingRetryTime: 500,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // No caller awaits the commands that ioredis sends itself, so a failure would end the process; `link.ts` subscribes.
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  enableAutoPipelining: true,
  scripts,
  lazyConnect: true,
  retryStrategy: (attempt: number) => Math.min(50 * 2 ** attempt, 1_000),
  // After a failover the old master answers READONLY, one that lost its replicas NOREPLICAS, a restarted one LOADING:
  // ask again who the master is.
  reconnectOnError: (error: Error) => /^(READONLY|NOREPLICAS|LOADING)/.test(error.message),
} satisfies RedisOptions

/** The number of the database that the address names. */
export function databaseOf(address: RedisAddress): number {
  if (address.kind !== 'standalone') return 0
  const { pathname, searchParams } = new URL(address.url)
  return Number(pathname.replace(/^\//, '') || (searchParams.get('db') ?? 0))
}

export function createRedis(address: RedisAddress): RedisClient {
  switch (address.kind) {
    case 'standalone':
      return new Redis(address.url, options)
    case 'sentinel':
      return new Redis({
        ...options,
        ...entry(address.access),
        sentinels: [...address.sentinels],
        name: address.masterName,
        role: 'master',
        ...(address.sentinelPassword === null ? {} : { sentinelPassword: address.sentinelPassword }),
        ...(address.access.tls ? { enableTLSForSentinelMode: true, sentinelTLS: tlsOptions() } : {}),
        // Without it, one Sentinel that hangs would be waited for for ever, and the others not be asked.
        sentinelCommandTimeout: lookupTimeoutMs,
        sentinelRetryStrategy: options.retryStrategy,
      })
    case 'cluster':
      return createCluster(address.nodes, address.access)
  }
}

function createCluster(nodes: readonly Place[], access: RedisAccess): Cluster {
  const { retryStrategy, lazyConnect, enableAutoPipelining, enableOfflineQueue, ...redisOptions } = options
  return new Cluster([...nodes], {
    // It holds for connecting and asking for the slots too; who asks for a session is given up on before (`redis-link.ts`).
    redisOptions: { ...redisOptions, ...entry(access), commandTimeout: lookupTimeoutMs },
    lazyConnect,
    enableAutoPipelining,
    scripts,
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    maxRedirections: 3,
    // A failed command fails at once: sent again later it could be that belated `SET`.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    // A hanging master does not report a promotion, and a pipeline over several moved slots does not follow.
    slotsRefreshInterval: 1_000,
    slotsRefreshTimeout: lookupTimeoutMs,
    // Certificates name hosts, not what they resolve to.
    ...(access.tls ? { dnsLookup: (host, found) => found(null, host) } : {}),
  })
}

function entry({
  username,
  password,
  tls,
}: RedisAccess): Pick<RedisOptions, 'username' | 'password' | 'tls'> {
  return {
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(tls ? { tls: tlsOptions() } : {}),
  }
}

/** Read once: otherwise each new connection reads the certificates of all authorities again. */
function tlsOptions(): { secureContext: SecureContext } {
  return { secureContext: createSecureContext() }
}
