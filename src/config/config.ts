import { cleanEnv, EnvMissingError } from 'envalid'
import type { PreviousSecret } from '../session/token/secret-ring.ts'
import { deriveKeys } from '../session/token/secrets.ts'
import { issuerWarning, refuseInsecureIssuer } from './issuer.ts'
import {
  refuseInsecureCookies,
  refuseUnencryptedPostgres,
  refuseUnencryptedRedis,
  refuseWildcardOrigins,
  unverifiedPostgresWarning,
} from './network.ts'
import { permissionTable } from './permissions.ts'
import { refuseContradictions, sessionPolicies } from './policies.ts'
import { ignoredParameters } from './postgres-url.ts'
import { rateLimits } from './rate-limits.ts'
import { redisAddress } from './redis.ts'
import { ConfigError } from './refusal.ts'
import { settings } from './settings.ts'
import { refuseUnknown, spellingWarnings } from './spelling.ts'

export { ConfigError, settings }

export type Config = Readonly<ReturnType<typeof readConfig>>

/** The only reader of the environment. Throws `ConfigError`. Durations have the unit that their name states. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env) {
  refuseUnknown(environment, Object.keys(settings))
  const env = cleanEnv(withoutEmpty(environment), settings, { reporter: refuseFirst })
  const redis = redisAddress({
    url: env.REDIS_URL,
    sentinels: env.REDIS_SENTINELS,
    masterName: env.REDIS_MASTER_NAME,
    sentinelPassword: env.REDIS_SENTINEL_PASSWORD,
    nodes: env.REDIS_CLUSTER_NODES,
    username: env.REDIS_NODE_USERNAME,
    password: env.REDIS_NODE_PASSWORD,
    tls: env.REDIS_TLS,
  })
  const policies = sessionPolicies(
    env.SESSION_POLICIES,
    env.ACCESS_TOKEN_TTL_SECONDS,
    env.REFRESH_TOKEN_TTL_SECONDS,
  )
  refuseContradictions(policies, env.ROTATION_GRACE_SECONDS)
  const previousSecret = previousSecretOf(env)
  refuseInsecureCookies(env.INSECURE_COOKIES, env.HOST)
  const production = isProduction(environment)
  refuseWildcardOrigins(env.ALLOWED_ORIGINS ?? [], { host: env.HOST, production })
  if (production) {
    refuseInsecureIssuer(env.ISSUER)
    if (!env.ALLOW_UNENCRYPTED_STORES) {
      refuseUnencryptedPostgres(env.DATABASE_URL, environment)
      if (redis !== null) refuseUnencryptedRedis(redis)
    }
  }
  const collector = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT
  return Object.freeze({
    databaseUrl: env.DATABASE_URL,
    databasePooler: env.DATABASE_POOLER,
    redis,
    secret: env.LATCHKEY_SECRET,
    previousSecret,
    host: env.HOST,
    port: env.PORT,
    metricsPort: env.METRICS_PORT,
    logLevel: env.LOG_LEVEL,
    logFormat: env.LOG_FORMAT,
    logRequests: env.LOG_REQUESTS,
    tracing: collector !== undefined && !env.OTEL_SDK_DISABLED,
    trustProxy: env.TRUST_PROXY ?? [],
    allowedOrigins: env.ALLOWED_ORIGINS ?? [],
    insecureCookies: env.INSECURE_COOKIES,
    console: env.CONSOLE,
    branding: {
      name: env.CONSOLE_NAME,
      logo: env.CONSOLE_LOGO ?? null,
      accent: env.CONSOLE_ACCENT ?? null,
      supportUrl: env.CONSOLE_SUPPORT_URL ?? null,
      privacyUrl: env.CONSOLE_PRIVACY_URL ?? null,
    },
    apiDocs: env.API_DOCS,
    issuer: env.ISSUER,
    audience: env.AUDIENCE,
    registration: env.REGISTRATION,
    shortestPassword: env.PASSWORD_MIN_LENGTH,
    policies,
    permissions: permissionTable(env.PERMISSIONS),
    rateLimits: rateLimits(env.RATE_LIMITS),
    maxSessionsPerUser: env.MAX_SESSIONS_PER_USER,
    rotationGraceSeconds: env.ROTATION_GRACE_SECONDS,
    cacheTtlSeconds: env.CACHE_TTL_SECONDS,
    nearCacheMaxSessions: env.NEAR_CACHE_MAX_SESSIONS,
    revocationLeaseMs: env.REVOCATION_LEASE_MS,
    eventsRetentionDays: env.EVENTS_RETENTION_DAYS,
    cleanupIntervalSeconds: env.CLEANUP_INTERVAL_SECONDS,
    warnings: warningsOf(environment, env),
  })
}

/** One line for the log for each setting that is valid but most likely a mistake. */
function warningsOf(
  environment: NodeJS.ProcessEnv,
  env: { DATABASE_URL: string; ISSUER: string },
): readonly string[] {
  const ignored = ignoredParameters(env.DATABASE_URL)
  return [
    ...spellingWarnings(environment, Object.keys(settings)),
    ignored.length > 0 ? `DATABASE_URL has parameters that have no effect: ${ignored.join(', ')}` : null,
    unverifiedPostgresWarning(env.DATABASE_URL, environment),
    isProduction(environment) ? issuerWarning(env.ISSUER) : null,
  ].filter(line => line !== null)
}

/** For commands that need no other setting. Throws `ConfigError`. */
export function readDatabaseUrl(environment: NodeJS.ProcessEnv = process.env): string {
  const { DATABASE_URL, ALLOW_UNENCRYPTED_STORES } = settings
  const needed = { DATABASE_URL, ALLOW_UNENCRYPTED_STORES }
  const env = cleanEnv(withoutEmpty(environment), needed, { reporter: refuseFirst })
  if (isProduction(environment) && !env.ALLOW_UNENCRYPTED_STORES)
    refuseUnencryptedPostgres(env.DATABASE_URL, environment)
  return env.DATABASE_URL
}

/** By the convention of Node.js. The image sets it. */
function isProduction(environment: NodeJS.ProcessEnv): boolean {
  return environment['NODE_ENV'] === 'production'
}

function withoutEmpty(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
}

function refuseFirst({ errors }: { errors: Partial<Record<string, Error>> }): void {
  for (const [setting, error] of Object.entries(errors)) {
    if (error === undefined) continue
    if (error instanceof EnvMissingError) throw new ConfigError(setting, `is missing; ${error.message}`)
    throw new ConfigError(setting, error.message)
  }
}

/** Tokens identify their secret by one byte. Two random secrets share it with a probability of 1/256. */
function previousSecretOf(env: {
  LATCHKEY_SECRET: Buffer
  LATCHKEY_SECRET_PREVIOUS: Buffer | undefined
  LATCHKEY_SECRET_LEAKED: Buffer | undefined
}): PreviousSecret | null {
  const { LATCHKEY_SECRET_PREVIOUS: replaced, LATCHKEY_SECRET_LEAKED: leaked } = env
  if (replaced !== undefined && leaked !== undefined) {
    throw new ConfigError(
      'LATCHKEY_SECRET_LEAKED',
      'cannot be combined with LATCHKEY_SECRET_PREVIOUS; keep the most recent previous secret, under the name that applies',
    )
  }
  const secret = replaced ?? leaked
  if (secret === undefined) return null
  if (deriveKeys(env.LATCHKEY_SECRET).id === deriveKeys(secret).id) {
    throw new ConfigError(
      'LATCHKEY_SECRET',
      `conflicts with ${leaked === undefined ? 'LATCHKEY_SECRET_PREVIOUS' : 'LATCHKEY_SECRET_LEAKED'}; generate another secret with: openssl rand -base64 32`,
    )
  }
  return { secret, leaked: leaked !== undefined }
}
