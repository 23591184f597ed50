import { BlockList, isIP } from 'node:net'
import type { RedisAddress } from '../store/redis/redis.ts'
import { ConfigError } from './refusal.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether what goes to a host never leaves the machine. A name other than `localhost` may lead anywhere. */
function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(address)
  if (family === 0) return address === 'localhost'
  return loopback.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Cookies without `Secure` are for trying things out on one machine. */
export function refuseInsecureCookies(insecureCookies: boolean, host: string): void {
  if (insecureCookies && !isLoopback(host)) {
    throw new ConfigError(
      'INSECURE_COOKIES',
      `is for loopback only, and HOST is ${host}; unset it and put a proxy that speaks TLS in front, or set HOST=127.0.0.1`,
    )
  }
}

const remedy = 'or set ALLOW_UNENCRYPTED_STORES=true if that network is yours alone'

/** Passwords and sessions do not go over a network in the clear. A Unix socket is no network. */
export function refuseUnencryptedPostgres(databaseUrl: string): void {
  const { hostname, searchParams } = new URL(databaseUrl)
  const host = searchParams.get('host') ?? decodeURIComponent(hostname)
  const mode = searchParams.get('sslmode')
  const isEncrypted =
    mode === null ? ['true', '1'].includes(searchParams.get('ssl') ?? '') : mode !== 'disable'
  if (host === '' || host.startsWith('/') || isLoopback(host) || isEncrypted) return
  throw new ConfigError('DATABASE_URL', `leads to ${host} unencrypted; add ?sslmode=verify-full, ${remedy}`)
}

export function refuseUnencryptedRedis(address: RedisAddress): void {
  if (address.kind === 'standalone') {
    const { protocol, hostname } = new URL(address.url)
    if (protocol === 'rediss:' || hostname === '' || isLoopback(hostname)) return
    throw new ConfigError('REDIS_URL', `leads to ${hostname} unencrypted; make it rediss://, ${remedy}`)
  }
  if (address.access.tls) return
  const isSentinel = address.kind === 'sentinel'
  const servers = isSentinel ? address.sentinels : address.nodes
  const far = servers.find(({ host }) => !isLoopback(host))
  if (far === undefined) return
  const setting = isSentinel ? 'REDIS_SENTINELS' : 'REDIS_CLUSTER_NODES'
  throw new ConfigError(setting, `leads to ${far.host} unencrypted; set REDIS_TLS=true, ${remedy}`)
}
