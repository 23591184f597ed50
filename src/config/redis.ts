import type { RedisAddress } from '../store/redis.ts'
import { ConfigError } from './refusal.ts'

type Hosts = { host: string; port: number }[]

export function redisAddress(
  url: string | undefined,
  sentinels: Hosts | undefined,
  masterName: string | undefined,
  nodes: Hosts | undefined,
): RedisAddress | null {
  if ([url, sentinels, nodes].filter(value => value !== undefined).length > 1) {
    throw new ConfigError(
      'REDIS_URL',
      'REDIS_SENTINELS and REDIS_CLUSTER_NODES exclude each other; keep one of them',
    )
  }
  if (masterName !== undefined && sentinels === undefined) {
    throw new ConfigError('REDIS_MASTER_NAME', 'belongs to REDIS_SENTINELS; set both, or neither')
  }
  if (url !== undefined) return { kind: 'standalone', url }
  if (nodes !== undefined) return { kind: 'cluster', nodes }
  if (sentinels === undefined) return null
  if (masterName === undefined)
    throw new ConfigError('REDIS_MASTER_NAME', 'is missing; REDIS_SENTINELS needs it')
  return { kind: 'sentinel', sentinels, masterName }
}
