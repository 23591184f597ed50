import { str } from 'envalid'
import { logFormats } from '../log/destination.ts'
import { accentColor } from './branding/accent.ts'
import { displayName, linkUrl, logo } from './branding/formats.ts'
import { flag, hosts, httpUrl, json, networks, oneOf, origins, ratio, secret, whole } from './formats.ts'
import { issuerUrl } from './issuer.ts'
import { postgresUrl } from './postgres-url.ts'
import { redisUrl } from './redis-url.ts'

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Every setting, with its default. `.env.example` has an entry for each; a test compares the two. */
export const settings = {
  DATABASE_URL: postgresUrl({ desc: 'set it to the URL of the Postgres database' }),
  DATABASE_POOLER: oneOf('none', 'transaction')({ default: 'none' }),
  REDIS_URL: redisUrl({ default: undefined }),
  REDIS_SENTINELS: hosts({ default: undefined }),
  REDIS_MASTER_NAME: str({ default: undefined }),
  REDIS_SENTINEL_PASSWORD: str({ default: undefined }),
  REDIS_CLUSTER_NODES: hosts({ default: undefined }),
  REDIS_NODE_USERNAME: str({ default: undefined }),
  REDIS_NODE_PASSWORD: str({ default: undefined }),
  REDIS_TLS: flag({ default: false }),
  ALLOW_UNENCRYPTED_STORES: flag({ default: false }),
  LATCHKEY_SECRET: secret({ desc: 'generate one with: openssl rand -base64 32' }),
  LATCHKEY_SECRET_PREVIOUS: secret({ default: undefined }),
  LATCHKEY_SECRET_LEAKED: secret({ default: undefined }),
  HOST: str({ default: '127.0.0.1' }),
  PORT: whole(0, 65_535)({ default: 3000 }),
  METRICS_PORT: whole(0, 65_535)({ default: 9464 }),
  LOG_LEVEL: oneOf(...logLevels)({ default: 'info' }),
  LOG_FORMAT: oneOf(...logFormats)({ default: 'auto' }),
  LOG_REQUESTS: oneOf('off', 'errors', 'all')({ default: 'off' }),
  TRUST_PROXY: networks({ default: undefined }),
  ALLOWED_ORIGINS: origins({ default: undefined }),
  INSECURE_COOKIES: flag({ default: false }),
  CONSOLE: oneOf('on', 'off')({ default: 'on' }),
  CONSOLE_NAME: displayName({ default: 'Latchkey' }),
  CONSOLE_LOGO: logo({ default: undefined }),
  CONSOLE_ACCENT: accentColor({ default: undefined }),
  CONSOLE_SUPPORT_URL: linkUrl({ default: undefined }),
  CONSOLE_PRIVACY_URL: linkUrl({ default: undefined }),
  API_DOCS: oneOf('on', 'off')({ default: 'on' }),
  ISSUER: issuerUrl({ default: 'http://localhost:3000' }),
  AUDIENCE: str({ default: 'latchkey' }),
  PASSWORD_MIN_LENGTH: whole(8, 64)({ default: 12 }),
  REGISTRATION: oneOf('open', 'closed')({ default: 'closed' }),
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
  // The settings of OpenTelemetry that the service reads. Its packages read these and others themselves.
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl({ default: undefined }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl({ default: undefined }),
  OTEL_EXPORTER_OTLP_HEADERS: str({ default: undefined }),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf('http/protobuf')({ default: 'http/protobuf' }),
  OTEL_SERVICE_NAME: str({ default: 'latchkey' }),
  OTEL_TRACES_SAMPLER: oneOf(...samplers)({ default: 'parentbased_always_on' }),
  OTEL_TRACES_SAMPLER_ARG: ratio({ default: undefined }),
  OTEL_SDK_DISABLED: flag({ default: false }),
}
