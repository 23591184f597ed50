import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { cleanEnv, EnvMissingError, makeExactValidator, makeValidator, str } from 'envalid'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { builtInPermissions, type PermissionTable, rolePattern } from './security/permissions.ts'
import { defaultPolicies, type Policies, type Policy } from './session/policy.ts'
import { deriveKeys } from './session/secrets.ts'
import type { RedisAddress } from './store/redis.ts'

/** A setting that stops the start: one line that names it and says how to mend it. */
export class ConfigError extends Error {
  constructor(setting: string, remedy: string) {
    super(`${setting} ${remedy}`)
    this.name = 'ConfigError'
  }
}

export type Config = Readonly<ReturnType<typeof readConfig>>

/** The only reader of the environment. Throws `ConfigError`. Durations are in the unit that the name says. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env) {
  refuseUnknown(environment)
  const env = cleanEnv(withoutEmpty(environment), settings, { reporter: refuseFirst })
  const redis = redisAddress({
    url: env.REDIS_URL,
    sentinels: env.REDIS_SENTINELS,
    masterName: env.REDIS_MASTER_NAME,
    sentinelPassword: env.REDIS_SENTINEL_PASSWORD,
    nodes: env.REDIS_CLUSTER_NODES,
    username: env.REDIS_NODE_USERNAME,
    password: env.REDIS_NODE_PASSWORD,
    tls: env.REDIS_TLS === 'true',
  })
  const policies = sessionPolicies(
    env.SESSION_POLICIES,
    env.ACCESS_TOKEN_TTL_SECONDS,
    env.REFRESH_TOKEN_TTL_SECONDS,
  )
  refuseContradictions(policies, env.ROTATION_GRACE_SECONDS)
  refuseAlike(env.LATCHKEY_SECRET, env.LATCHKEY_SECRET_PREVIOUS)
  return Object.freeze({
    databaseUrl: env.DATABASE_URL,
    redis,
    secret: env.LATCHKEY_SECRET,
    previousSecret: env.LATCHKEY_SECRET_PREVIOUS ?? null,
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    trustProxy: env.TRUST_PROXY ?? [],
    issuer: env.ISSUER,
    audience: env.AUDIENCE,
    registration: env.REGISTRATION,
    policies,
    permissions: permissionTable(env.PERMISSIONS),
    maxSessionsPerUser: env.MAX_SESSIONS_PER_USER,
    rotationGraceSeconds: env.ROTATION_GRACE_SECONDS,
    cacheTtlSeconds: env.CACHE_TTL_SECONDS,
    revocationLeaseMs: env.REVOCATION_LEASE_MS,
    eventsRetentionDays: env.EVENTS_RETENTION_DAYS,
    cleanupIntervalSeconds: env.CLEANUP_INTERVAL_SECONDS,
  })
}

/** For commands that need nothing else. Throws `ConfigError`. */
export function readDatabaseUrl(environment: NodeJS.ProcessEnv = process.env): string {
  const { DATABASE_URL } = settings
  return cleanEnv(withoutEmpty(environment), { DATABASE_URL }, { reporter: refuseFirst }).DATABASE_URL
}

const whole = (minimum: number, maximum: number) =>
  makeExactValidator<number>(input => {
    const value = Number(input)
    if (!/^\d+$/.test(input) || value < minimum || value > maximum) {
      throw new RangeError(`must be a whole number from ${minimum} to ${maximum}`)
    }
    return value
  })

const secret = makeExactValidator<Buffer>(input => {
  const bytes = Buffer.from(input, 'base64')
  const canonical = bytes.toString('base64').replace(/=+$/, '') === input.replace(/=+$/, '')
  if (!canonical || bytes.length < 32 || new Set(bytes).size < 16) {
    throw new RangeError('must be at least 32 random bytes in base64; make one with: openssl rand -base64 32')
  }
  return bytes
})

const postgresUrl = urlOf('postgres:', 'postgresql:')
const redisUrl = urlOf('redis:', 'rediss:')

function urlOf(...protocols: string[]) {
  return makeValidator<string>(input => {
    if (!URL.canParse(input) || !protocols.includes(new URL(input).protocol)) {
      throw new TypeError(`must be a URL that begins with ${protocols.map(name => `${name}//`).join(' or ')}`)
    }
    return input
  })
}

/** `host:port,host:port` */
const hosts = makeExactValidator<{ host: string; port: number }[]>(input =>
  input.split(',').map(entry => {
    const [, host, port] = /^\[?([^\s,]+?)\]?:(\d{1,5})$/.exec(entry.trim()) ?? []
    if (host === undefined) throw new TypeError('must be a list like host1:26379,host2:26379')
    return { host, port: Number(port) }
  }),
)

const networks = makeExactValidator<string[]>(input =>
  input.split(',').map(entry => {
    const [address = '', bits, ...rest] = entry.trim().split('/')
    const family = isIP(address)
    const longest = family === 6 ? 128 : 32
    const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest)
    if (family === 0 || !fits || rest.length > 0) {
      throw new TypeError('must be a list of addresses or networks like 10.0.0.0/8,192.168.1.7')
    }
    return entry.trim()
  }),
)

/** JSON, or the name of a file of JSON behind an `@`. */
const json = makeExactValidator<unknown>(input => {
  const text = input.startsWith('@') ? readFileSync(input.slice(1), 'utf8') : input
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    throw new TypeError('must be JSON, or @path of a file of JSON')
  }
})

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Every setting, with its default. `.env.example` has a line for each; a test holds the two against each other. */
export const settings = {
  DATABASE_URL: postgresUrl({ desc: 'set it to the URL of the Postgres database' }),
  REDIS_URL: redisUrl({ default: undefined }),
  REDIS_SENTINELS: hosts({ default: undefined }),
  REDIS_MASTER_NAME: str({ default: undefined }),
  REDIS_SENTINEL_PASSWORD: str({ default: undefined }),
  REDIS_CLUSTER_NODES: hosts({ default: undefined }),
  REDIS_NODE_USERNAME: str({ default: undefined }),
  REDIS_NODE_PASSWORD: str({ default: undefined }),
  REDIS_TLS: str({ choices: ['true', 'false'] as const, default: 'false' }),
  LATCHKEY_SECRET: secret({ desc: 'make one with: openssl rand -base64 32' }),
  LATCHKEY_SECRET_PREVIOUS: secret({ default: undefined }),
  HOST: str({ default: '127.0.0.1' }),
  PORT: whole(0, 65_535)({ default: 3000 }),
  LOG_LEVEL: str({ choices: logLevels, default: 'info' }),
  TRUST_PROXY: networks({ default: undefined }),
  ISSUER: str({ default: 'http://localhost:3000' }),
  AUDIENCE: str({ default: 'latchkey' }),
  REGISTRATION: str({ choices: ['open', 'closed'] as const, default: 'closed' }),
  SESSION_POLICIES: json({ default: undefined }),
  PERMISSIONS: json({ default: undefined }),
  ACCESS_TOKEN_TTL_SECONDS: whole(1, 86_400)({ default: 900 }),
  REFRESH_TOKEN_TTL_SECONDS: whole(1, 31_536_000)({ default: 604_800 }),
  MAX_SESSIONS_PER_USER: whole(1, 1_000)({ default: 5 }),
  ROTATION_GRACE_SECONDS: whole(0, 3_600)({ default: 30 }),
  CACHE_TTL_SECONDS: whole(0, 3_600)({ default: 300 }),
  REVOCATION_LEASE_MS: whole(300, 1_200)({ default: 1_000 }),
  EVENTS_RETENTION_DAYS: whole(7, 36_500)({ default: 90 }),
  CLEANUP_INTERVAL_SECONDS: whole(0, 86_400)({ default: 3_600 }),
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

/** What begins like one of ours and is not: most likely a typing error. */
const ours =
  /^(LATCHKEY_|DATABASE_URL|SESSION_POLIC|ACCESS_TOKEN_|REFRESH_TOKEN_|ROTATION_GRACE|CACHE_TTL|REVOCATION_|CLEANUP_INTERVAL|EVENTS_RETENTION|MAX_SESSIONS|REDIS_(URL|SENTINEL|MASTER|CLUSTER|NODE_|TLS))/
/** Kubernetes sets these in every pod for every service of the namespace, one named `latchkey` too. */
const serviceLink = /_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\d+_(TCP|UDP)(_.+)?)?)$/

function refuseUnknown(environment: NodeJS.ProcessEnv): void {
  const unknown = Object.keys(environment).find(
    name => ours.test(name) && !serviceLink.test(name) && !Object.hasOwn(settings, name),
  )
  if (unknown !== undefined) {
    throw new ConfigError(unknown, 'is not a setting; check its spelling against .env.example, or unset it')
  }
}

type Hosts = { host: string; port: number }[]

type GivenRedis = {
  url: string | undefined
  sentinels: Hosts | undefined
  masterName: string | undefined
  sentinelPassword: string | undefined
  nodes: Hosts | undefined
  username: string | undefined
  password: string | undefined
  tls: boolean
}

function redisAddress(given: GivenRedis): RedisAddress | null {
  const { url, sentinels, masterName, sentinelPassword, nodes, username, password, tls } = given
  if ([url, sentinels, nodes].filter(value => value !== undefined).length > 1) {
    throw new ConfigError(
      'REDIS_URL',
      'REDIS_SENTINELS and REDIS_CLUSTER_NODES exclude each other; keep one of them',
    )
  }
  if (sentinelPassword !== undefined && sentinels === undefined) {
    throw new ConfigError('REDIS_SENTINEL_PASSWORD', 'needs REDIS_SENTINELS; set those, or unset it')
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
    throw new ConfigError('REDIS_MASTER_NAME', 'is missing; REDIS_SENTINELS needs it')
  return { kind: 'sentinel', sentinels, masterName, access, sentinelPassword: sentinelPassword ?? null }
}

function refuseBesideUrl(settings: Record<string, unknown>): void {
  const [setting] = Object.entries(settings).find(([, value]) => value !== undefined) ?? []
  if (setting === undefined) return
  throw new ConfigError(
    setting,
    'is for Sentinels and Clusters; REDIS_URL says it itself: rediss://user:password@host',
  )
}

const seconds = Type.Integer({ minimum: 1, maximum: 315_360_000 })
const policiesSchema = Compile(
  Type.Record(
    Type.String({ pattern: '^[a-z][a-z0-9_-]{0,31}$' }),
    Type.Object(
      {
        idleTimeoutSeconds: seconds,
        absoluteTimeoutSeconds: seconds,
        accessTokenTtlSeconds: Type.Optional(seconds),
        refreshTokenTtlSeconds: Type.Optional(seconds),
        maxSessions: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
        roles: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
        refreshIsActivity: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
    { minProperties: 1, additionalProperties: false },
  ),
)

/** The access and refresh lifetimes that a policy does not name are the general ones, cut to its absolute limit. */
function sessionPolicies(
  configured: unknown,
  accessTokenTtlSeconds: number,
  refreshTokenTtlSeconds: number,
): Policies {
  const given = configured ?? defaultPolicies
  if (!policiesSchema.Check(given)) {
    const [error] = policiesSchema.Errors(given)
    throw new ConfigError('SESSION_POLICIES', `does not fit: ${error?.instancePath || '/'} ${error?.message}`)
  }
  return new Map(
    Object.entries(given).map(([clientType, policy]): [string, Policy] => [
      clientType,
      {
        idleTimeoutSeconds: policy.idleTimeoutSeconds,
        absoluteTimeoutSeconds: policy.absoluteTimeoutSeconds,
        accessTokenTtlSeconds: policy.accessTokenTtlSeconds ?? accessTokenTtlSeconds,
        refreshTokenTtlSeconds: Math.min(
          policy.refreshTokenTtlSeconds ?? refreshTokenTtlSeconds,
          policy.absoluteTimeoutSeconds,
        ),
        maxSessions: policy.maxSessions ?? null,
        roles: policy.roles ?? null,
        refreshIsActivity: policy.refreshIsActivity ?? true,
      },
    ]),
  )
}

function refuseContradictions(policies: Policies, rotationGraceSeconds: number): void {
  for (const [clientType, policy] of policies) {
    if (policy.idleTimeoutSeconds > policy.absoluteTimeoutSeconds) {
      throw new ConfigError(
        'SESSION_POLICIES',
        `${clientType}: idleTimeoutSeconds must not exceed absoluteTimeoutSeconds`,
      )
    }
    if (policy.accessTokenTtlSeconds >= policy.idleTimeoutSeconds) {
      throw new ConfigError(
        'ACCESS_TOKEN_TTL_SECONDS',
        `must be shorter than the idle timeout of ${clientType} (${policy.idleTimeoutSeconds} s)`,
      )
    }
    if (rotationGraceSeconds + 60 >= policy.accessTokenTtlSeconds) {
      throw new ConfigError(
        'ROTATION_GRACE_SECONDS',
        `must be more than 60 s shorter than the access token's lifetime of ${clientType} (${policy.accessTokenTtlSeconds} s)`,
      )
    }
  }
}

/** Tokens name their secret by one byte of it: two random ones share it once in 256 times. */
function refuseAlike(secret: Buffer, previous: Buffer | undefined): void {
  if (previous !== undefined && deriveKeys(secret).id === deriveKeys(previous).id) {
    throw new ConfigError(
      'LATCHKEY_SECRET',
      'cannot be told apart from LATCHKEY_SECRET_PREVIOUS; make another one with: openssl rand -base64 32',
    )
  }
}

const permissionsSchema = Compile(
  Type.Record(
    Type.String({ pattern: rolePattern.source }),
    Type.Array(Type.String({ minLength: 1, maxLength: 64 })),
  ),
)

/** Roles beside the built-in `admin`. */
function permissionTable(configured: unknown): PermissionTable {
  if (configured === undefined) return builtInPermissions
  if (!permissionsSchema.Check(configured)) {
    throw new ConfigError('PERMISSIONS', 'does not fit: it must look like {"role": ["permission"]}')
  }
  const roles = Object.entries(configured).map(([role, permissions]) => [role, new Set(permissions)] as const)
  return new Map([...builtInPermissions, ...roles])
}
