import type { RedisAddress } from '../store/redis/redis.ts'
import { ConfigError } from './refusal.ts'

type Hosts = { host: string; port: number }[]

export type GivenRedis = {
  url: string | undefined
  sentinels: Hosts | undefined
  masterName: string | undefined
  sentinelPassword: string | undefined
  nodes: Hosts | undefined
  username: string | undefined
  password: string | undefined
  tls: boolean
}

export function redisAddress(given: GivenRedis): RedisAddress | null {
  const { url, sentinels, masterName, sentinelPassword, nodes, username, password, tls } = given
  if ([url, sentinels, nodes].filter(value => value !== undefined).length > 1) {
    throw new ConfigError(
      'REDIS_URL',
      'REDIS_SENTINELS and REDIS_CLUSTER_NODES cannot be combined; keep one of them',
    )
  }
  if (masterName !== undefined && sentinels === undefined) {
    throw new ConfigError('REDIS_MASTER_NAME', 'requires REDIS_SENTINELS; set both or neither')
  }
  if (sentinelPassword !== undefined && sentinels === undefined) {
    throw new ConfigError('REDIS_SENTINEL_PASSWORD', 'requires REDIS_SENTINELS; set both or neither')
  }
  if (url !== undefined) {
    refuseBesideUrl({
      REDIS_NODE_USERNAME: username,
      REDIS_NODE_PASSWORD: password,
      REDIS_TLS: tls || undefined,
    })
    return { kind: 'standalone', url }
  }
  const access = { username: username ?? null, password: password ?? null, tls }
  if (nodes !== undefined) return { kind: 'cluster', nodes, access }
  if (sentinels === undefined) return null
  if (masterName === undefined)
    throw new ConfigError('REDIS_MASTER_NAME', 'is missing; REDIS_SENTINELS requires it')
  return { kind: 'sentinel', sentinels, masterName, access, sentinelPassword: sentinelPassword ?? null }
}

function refuseBesideUrl(settings: Record<string, unknown>): void {
  const [setting] = Object.entries(settings).find(([, value]) => value !== undefined) ?? []
  if (setting === undefined) return
  throw new ConfigError(
    setting,
    'is for Sentinel and Cluster; include it in REDIS_URL: rediss://user:password@host',
  )
}
