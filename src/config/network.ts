import { isWildcard } from '../access/origins.ts'
import type { RedisAddress } from '../store/redis/redis.ts'
import { isLoopback } from './loopback.ts'
import { postgresRoute } from './postgres-url.ts'
import { ConfigError } from './refusal.ts'

/** Cookies without `Secure` are for development on one machine. */
export function refuseInsecureCookies(insecureCookies: boolean, host: string): void {
  if (insecureCookies && !isLoopback(host)) {
    throw new ConfigError(
      'INSECURE_COOKIES',
      `is for loopback only, and HOST is ${host}; unset it and use a proxy that terminates TLS, or set HOST=127.0.0.1`,
    )
  }
}

/** Any program on the machine can serve a page on a local port, so the wildcard is for development only. */
export function refuseWildcardOrigins(
  allowedOrigins: readonly string[],
  { host, production }: { host: string; production: boolean },
): void {
  const wildcard = allowedOrigins.find(isWildcard)
  if (wildcard === undefined || (isLoopback(host) && !production)) return
  const where = production ? 'NODE_ENV is production' : `HOST is ${host}`
  throw new ConfigError(
    'ALLOWED_ORIGINS',
    `contains ${wildcard}, which is for development on loopback only, and ${where}; list each origin`,
  )
}

const remedy = 'or set ALLOW_UNENCRYPTED_STORES=true if that network is private'

/** Passwords and sessions must not cross a network unencrypted or to an unverified server. A Unix socket is not a network. */
export function refuseUnencryptedPostgres(databaseUrl: string, environment: NodeJS.ProcessEnv): void {
  const { host, encryption } = postgresRoute(databaseUrl, environment)
  if (encryption === 'verified' || isLocal(host)) return
  const fault =
    encryption === 'none'
      ? `leads to ${host} unencrypted; add ?sslmode=verify-full`
      : `leads to ${host} without checking its certificate (no-verify), so that the connection can be intercepted; use sslmode=verify-full and sslrootcert=/path/of/the/authority.pem`
  throw new ConfigError('DATABASE_URL', `${fault}, ${remedy}`)
}

/** Null if the certificate of the server is checked, or the server is on this machine. */
export function unverifiedPostgresWarning(
  databaseUrl: string,
  environment: NodeJS.ProcessEnv,
): string | null {
  const { host, encryption } = postgresRoute(databaseUrl, environment)
  if (encryption !== 'unverified' || isLocal(host)) return null
  return `DATABASE_URL leads to ${host} without checking its certificate (no-verify); use sslmode=verify-full`
}

function isLocal(host: string): boolean {
  return host.startsWith('/') || isLoopback(host)
}

export function refuseUnencryptedRedis(address: RedisAddress): void {
  if (address.kind === 'standalone') {
    const { protocol, hostname } = new URL(address.url)
    if (protocol === 'rediss:' || hostname === '' || isLoopback(hostname)) return
    throw new ConfigError('REDIS_URL', `leads to ${hostname} unencrypted; use rediss://, ${remedy}`)
  }
  if (address.access.tls) return
  const isSentinel = address.kind === 'sentinel'
  const servers = isSentinel ? address.sentinels : address.nodes
  const far = servers.find(({ host }) => !isLoopback(host))
  if (far === undefined) return
  const setting = isSentinel ? 'REDIS_SENTINELS' : 'REDIS_CLUSTER_NODES'
  throw new ConfigError(setting, `leads to ${far.host} unencrypted; set REDIS_TLS=true, ${remedy}`)
}
