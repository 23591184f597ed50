import { str } from 'envalid'
import {
  flag,
  hosts,
  httpUrl,
  json,
  networks,
  origins,
  postgresUrl,
  ratio,
  redisUrl,
  secret,
  whole,
} from './formats.ts'
import { ConfigError } from './refusal.ts'

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Every setting, with its default. `.env.example` has a line for each; a test holds the two against each other. */
export const settings = {
  DATABASE_URL: postgresUrl({ desc: 'set it to the URL of the Postgres database' }),
  DATABASE_POOLER: str({ choices: ['none', 'transaction'] as const, default: 'none' }),
  REDIS_URL: redisUrl({ default: undefined }),
  REDIS_SENTINELS: hosts({ default: undefined }),
  REDIS_MASTER_NAME: str({ default: undefined }),
  REDIS_SENTINEL_PASSWORD: str({ default: undefined }),
  REDIS_CLUSTER_NODES: hosts({ default: undefined }),
  REDIS_NODE_USERNAME: str({ default: undefined }),
  REDIS_NODE_PASSWORD: str({ default: undefined }),
  REDIS_TLS: flag({ default: false }),
  ALLOW_UNENCRYPTED_STORES: flag({ default: false }),
  LATCHKEY_SECRET: secret({ desc: 'make one with: openssl rand -base64 32' }),
  LATCHKEY_SECRET_PREVIOUS: secret({ default: undefined }),
  HOST: str({ default: '127.0.0.1' }),
  PORT: whole(0, 65_535)({ default: 3000 }),
  METRICS_PORT: whole(0, 65_535)({ default: 9464 }),
  LOG_LEVEL: str({ choices: logLevels, default: 'info' }),
  TRUST_PROXY: networks({ default: undefined }),
  ALLOWED_ORIGINS: origins({ default: undefined }),
  INSECURE_COOKIES: flag({ default: false }),
  CONSOLE: str({ choices: ['on', 'off'] as const, default: 'on' }),
  API_DOCS: str({ choices: ['on', 'off'] as const, default: 'on' }),
  ISSUER: str({ default: 'http://localhost:3000' }),
  AUDIENCE: str({ default: 'latchkey' }),
  PASSWORD_MIN_LENGTH: whole(8, 64)({ default: 12 }),
  REGISTRATION: str({ choices: ['open', 'closed'] as const, default: 'closed' }),
  SESSION_POLICIES: json({ default: undefined }),
  PERMISSIONS: json({ default: undefined }),
  RATE_LIMITS: json({ default: undefined }),
  ACCESS_TOKEN_TTL_SECONDS: whole(1, 86_400)({ default: 900 }),
  REFRESH_TOKEN_TTL_SECONDS: whole(1, 31_536_000)({ default: 604_800 }),
  MAX_SESSIONS_PER_USER: whole(1, 1_000)({ default: 5 }),
  ROTATION_GRACE_SECONDS: whole(0, 3_600)({ default: 30 }),
  CACHE_TTL_SECONDS: whole(0, 3_600)({ default: 300 }),
  NEAR_CACHE_MAX_SESSIONS: whole(0, 10_000_000)({ default: 50_000 }),
  REVOCATION_LEASE_MS: whole(300, 1_200)({ default: 1_000 }),
  EVENTS_RETENTION_DAYS: whole(7, 36_500)({ default: 90 }),
  CLEANUP_INTERVAL_SECONDS: whole(0, 86_400)({ default: 3_600 }),
  // Those of OpenTelemetry that are looked at here; its packages read these and their others themselves.
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl({ default: undefined }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl({ default: undefined }),
  OTEL_EXPORTER_OTLP_HEADERS: str({ default: undefined }),
  OTEL_EXPORTER_OTLP_PROTOCOL: str({ choices: ['http/protobuf'] as const, default: 'http/protobuf' }),
  OTEL_SERVICE_NAME: str({ default: 'latchkey' }),
  OTEL_TRACES_SAMPLER: str({ choices: samplers, default: 'parentbased_always_on' }),
  OTEL_TRACES_SAMPLER_ARG: ratio({ default: undefined }),
  OTEL_SDK_DISABLED: flag({ default: false }),
}

/** What begins like one of ours and is not: most likely a typing error. */
const ours =
  /^(LATCHKEY_|DATABASE_(URL|POOLER)|SESSION_POLIC|ACCESS_TOKEN_|REFRESH_TOKEN_|ROTATION_GRACE|CACHE_TTL|NEAR_CACHE|REVOCATION_|CLEANUP_INTERVAL|EVENTS_RETENTION|MAX_SESSIONS|REDIS_(URL|SENTINEL|MASTER|CLUSTER|NODE_|TLS)|ALLOW(ED_ORIGIN|_UNENCRYPTED)|INSECURE_COOKIE|RATE_LIMIT)/
/** Kubernetes sets these in every pod for every service of the namespace, one named `latchkey` too. */
const serviceLink = /_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\d+_(TCP|UDP)(_.+)?)?)$/

export function refuseUnknown(environment: NodeJS.ProcessEnv): void {
  const unknown = Object.keys(environment).find(
    name => ours.test(name) && !serviceLink.test(name) && !Object.hasOwn(settings, name),
  )
  if (unknown !== undefined) {
    throw new ConfigError(unknown, 'is not a setting; check its spelling against .env.example, or unset it')
  }
}
