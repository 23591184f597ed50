import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { operatorPermissions } from '../../../src/access/permissions.ts'
import { ConfigError, readConfig, readDatabaseUrl } from '../../../src/config/config.ts'

const minimal = {
  DATABASE_URL: 'postgres://user:pass@localhost:5432/latchkey',
  LATCHKEY_SECRET: randomBytes(32).toString('base64'),
}

function refusal(changes: Record<string, string | undefined>): string {
  try {
    readConfig({ ...minimal, ...changes })
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'accepted'
}

describe('configuration', () => {
  it('needs a database and a secret, and has a default for all else', () => {
    const config = readConfig(minimal)
    expect(config).toMatchObject({ port: 3000, redis: null, registration: 'closed', maxSessionsPerUser: 5 })
    expect([...config.policies.keys()]).toEqual(['web', 'portal', 'mobile', 'workstation', 'field', 'kiosk'])
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('cuts a refresh lifetime to the absolute limit of its policy', () => {
    const { policies } = readConfig(minimal)
    expect(policies.get('web')?.refreshTokenTtlSeconds).toBe(604_800)
    expect(policies.get('kiosk')?.refreshTokenTtlSeconds).toBe(86_400)
  })

  it.each([
    [{ DATABASE_URL: undefined }, /^DATABASE_URL is missing; /],
    [{ DATABASE_URL: '' }, /^DATABASE_URL is missing; /],
    [{ DATABASE_URL: 'mysql://localhost' }, /^DATABASE_URL must be a URL that begins with postgres:/],
    [{ LATCHKEY_SECRET: undefined }, /^LATCHKEY_SECRET is missing; .*openssl rand/],
    [{ LATCHKEY_SECRET: 'short' }, /^LATCHKEY_SECRET must be at least 32 random bytes/],
    [
      { LATCHKEY_SECRET: Buffer.alloc(32).toString('base64') },
      /^LATCHKEY_SECRET must be at least 32 random bytes/,
    ],
    [
      { LATCHKEY_SECRET: Buffer.from(Array.from({ length: 32 }, (_, at) => at)).toString('base64') },
      /^LATCHKEY_SECRET must be at least 32 random bytes/,
    ],
    [
      { LATCHKEY_SECRET: Buffer.from('please change this secret before you go live').toString('base64') },
      /^LATCHKEY_SECRET must be at least 32 random bytes/,
    ],
    [{ LATCHKEY_SECRET: `${minimal.LATCHKEY_SECRET}!` }, /^LATCHKEY_SECRET must be at least 32 random bytes/],
    [{ PORT: '70000' }, /^PORT must be a whole number from 0 to 65535/],
    [{ PORT: '3e3' }, /^PORT must be a whole number/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent$/],
    [{ REGISTRATION: 'maybe' }, /^REGISTRATION must be one of open, closed$/],
    ...[
      'foo',
      'not a url',
      'sessions.example.com',
      'ftp://sessions.example.com',
      'https://sessions.example.com?a=b',
      'https://sessions.example.com#a',
      'https://user:p@sessions.example.com',
      'https:sessions.example.com',
    ].map((ISSUER): [Record<string, string>, RegExp] => [
      { ISSUER },
      /^ISSUER must be a URL like https:\/\/sessions\.example\.com, without a query or fragment/,
    ]),
    [
      { ALLOWED_ORIGINS: 'https://app.example.com/' },
      /^ALLOWED_ORIGINS .+; an origin has no trailing slash: write https:\/\/app\.example\.com$/,
    ],
    [
      { ALLOWED_ORIGINS: 'https://a.example/b' },
      /^ALLOWED_ORIGINS .+; an origin has no path: write https:\/\/a\.example$/,
    ],
    [
      { ALLOWED_ORIGINS: 'HTTPS://a.example' },
      /^ALLOWED_ORIGINS .+ lower case .+: write https:\/\/a\.example$/,
    ],
    [{ TRUST_PROXY: 'true' }, /^TRUST_PROXY must be a list of addresses or networks/],
    [{ TRUST_PROXY: '10.0.0.0/33' }, /^TRUST_PROXY must be a list/],
    [{ REDIS_URL: 'redis://a', REDIS_CLUSTER_NODES: 'a:1' }, /cannot be combined/],
    [{ REDIS_SENTINELS: 'a:26379' }, /^REDIS_MASTER_NAME is missing/],
    [{ REDIS_MASTER_NAME: 'm' }, /^REDIS_MASTER_NAME requires REDIS_SENTINELS/],
    [{ REDIS_URL: 'redis://a', REDIS_MASTER_NAME: 'm' }, /^REDIS_MASTER_NAME requires REDIS_SENTINELS/],
    [{ REDIS_SENTINEL_PASSWORD: 'x' }, /^REDIS_SENTINEL_PASSWORD requires REDIS_SENTINELS/],
    [
      { REDIS_URL: 'redis://a', REDIS_NODE_PASSWORD: 'x' },
      /^REDIS_NODE_PASSWORD .*rediss:\/\/user:password@host/,
    ],
    [{ REDIS_URL: 'redis://a', REDIS_TLS: 'true' }, /^REDIS_TLS is for Sentinel and Cluster/],
    [{ REDIS_CLUSTER_NODES: 'a:1', REDIS_TLS: 'yes' }, /^REDIS_TLS /],
    [{ REDIS_SENTINELS: 'nonsense', REDIS_MASTER_NAME: 'm' }, /^REDIS_SENTINELS must be a list like/],
    [{ SESSION_POLICIES: '{' }, /^SESSION_POLICIES must be JSON/],
    [{ SESSION_POLICIES: '@/nowhere/at/all.json' }, /^SESSION_POLICIES .*no such file/],
    [{ SESSION_POLICIES: '{"web":{"idleTimeoutSeconds":1}}' }, /^SESSION_POLICIES is not valid/],
    [
      { SESSION_POLICIES: '{"web":{"idleTimeoutSeconds":7200,"absoluteTimeoutSeconds":3600}}' },
      /^SESSION_POLICIES web: idleTimeoutSeconds must not exceed/,
    ],
    [
      { ACCESS_TOKEN_TTL_SECONDS: '1200' },
      /^ACCESS_TOKEN_TTL_SECONDS must be shorter than the idle timeout of kiosk/,
    ],
    [
      { REFRESH_TOKEN_TTL_SECONDS: '900' },
      /^REFRESH_TOKEN_TTL_SECONDS must be longer than the access token's lifetime of web \(900 s\)/,
    ],
    [{ REVOCATION_LEASE_MS: '1201' }, /^REVOCATION_LEASE_MS must be a whole number from 300 to 1200/],
    [{ EVENTS_RETENTION_DAYS: '6' }, /^EVENTS_RETENTION_DAYS must be a whole number from 7/],
    [{ PASSWORD_MIN_LENGTH: '7' }, /^PASSWORD_MIN_LENGTH must be a whole number from 8/],
    [{ ROTATION_GRACE_SECONDS: '840' }, /^ROTATION_GRACE_SECONDS must be more than 60 s shorter/],
    ...['*', 'null', 'https://app.example.com/', 'https://app.example.com/login', 'app.example.com'].map(
      (origin): [Record<string, string>, RegExp] => [
        { ALLOWED_ORIGINS: `https://good.example.com,${origin}` },
        /^ALLOWED_ORIGINS must be a list of origins like/,
      ],
    ),
    [{ ALLOWED_ORIGINS: 'https://*.example.com' }, /^ALLOWED_ORIGINS must be a list of origins/],
    [{ ALLOWED_ORIGINS: 'https://App.example.com' }, /^ALLOWED_ORIGINS must be a list of origins/],
    [{ ALLOWED_ORIGINS: 'https://app.example.com:443' }, /^ALLOWED_ORIGINS must be a list of origins/],
    ...['https://localhost:*', 'http://app.example.com:*', 'http://localhost:*/', 'http://192.168.1.7:*'].map(
      (origin): [Record<string, string>, RegExp] => [
        { ALLOWED_ORIGINS: origin },
        /^ALLOWED_ORIGINS must be a list of origins/,
      ],
    ),
    [
      { ALLOWED_ORIGINS: 'http://localhost:*', HOST: '0.0.0.0' },
      /^ALLOWED_ORIGINS contains http:\/\/localhost:\*, which is for development .+ HOST is 0\.0\.0\.0; list each/,
    ],
    [
      { ALLOWED_ORIGINS: 'https://a.example,http://127.0.0.1:*', NODE_ENV: 'production' },
      /^ALLOWED_ORIGINS contains http:\/\/127\.0\.0\.1:\*, .+ NODE_ENV is production; list each/,
    ],
    [{ ALLOWED_ORIGINS: 'file:///index.html' }, /^ALLOWED_ORIGINS must be a list of origins/],
    [{ INSECURE_COOKIES: 'yes' }, /^INSECURE_COOKIES must be true or false/],
    ...['0.0.0.0', '::', '192.168.1.7', 'latchkey.internal'].map((HOST): [Record<string, string>, RegExp] => [
      { INSECURE_COOKIES: 'true', HOST },
      /^INSECURE_COOKIES is for loopback only, and HOST is .*HOST=127\.0\.0\.1$/,
    ]),
    [
      { RATE_LIMITS: '{"x":{"max":1,"windowSeconds":1}}' },
      /^RATE_LIMITS is not valid: \/x is not a known name; /,
    ],
    [{ SESSION_POLICIES: '{"Web":{}}' }, /^SESSION_POLICIES is not valid: \/Web is not a known name/],
    [{ RATE_LIMITS: '{"logins":{"max":1,"windowSeconds":1}}' }, /^RATE_LIMITS is not valid: .*login_account/],
    [{ RATE_LIMITS: '{"session":{"max":0,"windowSeconds":1}}' }, /^RATE_LIMITS is not valid: \/session\/max/],
    [{ RATE_LIMITS: '{"session":{"max":1}}' }, /^RATE_LIMITS is not valid: \/session/],
    [{ RATE_LIMITS: '[]' }, /^RATE_LIMITS is not valid/],
    [{ PERMISSIONS: '{"agent":"all"}' }, /^PERMISSIONS is not valid/],
    [
      { PERMISSIONS: '{"agent":[],"admin":["process_claims"]}' },
      /^PERMISSIONS must not say what admin may do: .*take another name/,
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /^OTEL_EXPORTER_OTLP_ENDPOINT must be a URL/],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /^OTEL_EXPORTER_OTLP_PROTOCOL .*http\/protobuf/],
    [{ OTEL_TRACES_SAMPLER: 'sometimes' }, /^OTEL_TRACES_SAMPLER /],
    [{ OTEL_TRACES_SAMPLER_ARG: '10%' }, /^OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1/],
    [{ OTEL_TRACES_SAMPLER_ARG: '1.5' }, /^OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1/],
    [
      {
        LATCHKEY_SECRET_PREVIOUS: randomBytes(32).toString('base64'),
        LATCHKEY_SECRET_LEAKED: randomBytes(32).toString('base64'),
      },
      /^LATCHKEY_SECRET_LEAKED cannot be combined with LATCHKEY_SECRET_PREVIOUS/,
    ],
    [{ LATCHKEY_SECRETS: 'x' }, /^LATCHKEY_SECRETS is not a setting/],
    [{ ALLOWED_ORIGIN: 'https://a.example' }, /^ALLOWED_ORIGIN is not a setting/],
    [{ RATE_LIMIT: '{}' }, /^RATE_LIMIT is not a setting/],
    [{ CACHE_TTL: '5' }, /^CACHE_TTL is not a setting/],
  ])('refuses %j in one line that names the setting', (changes, message) => {
    const line = refusal(changes)
    expect(line).toMatch(message)
    expect(line).not.toContain('\n')
  })

  it('takes a limit from RATE_LIMITS, and the others from the defaults', () => {
    const { rateLimits } = readConfig({
      ...minimal,
      RATE_LIMITS: '{"session":{"max":7,"windowSeconds":2}}',
    })
    expect(rateLimits.session).toEqual({ max: 7, windowSeconds: 2 })
    expect(rateLimits.login_account).toEqual({ max: 5, windowSeconds: 900 })
  })

  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_SERVICE_NAME: 'sessions', OTEL_TRACES_SAMPLER: 'always_on' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.com/v1/traces' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318', OTEL_SDK_DISABLED: 'true' }, false],
  ])('with %j, that it traces is %s', (changes, tracing) => {
    expect(readConfig({ ...minimal, ...changes }).tracing).toBe(tracing)
  })

  it('allows insecure cookies where nobody else can listen', () => {
    for (const HOST of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
      expect(refusal({ INSECURE_COOKIES: 'true', HOST })).toBe('accepted')
    }
  })

  it('is not disturbed by what Kubernetes sets for a service named latchkey', () => {
    expect(
      refusal({
        LATCHKEY_SERVICE_HOST: '10.0.0.1',
        LATCHKEY_SERVICE_PORT: '3000',
        LATCHKEY_PORT: 'tcp://10.0.0.1:3000',
        LATCHKEY_PORT_3000_TCP_ADDR: '10.0.0.1',
      }),
    ).toBe('accepted')
  })

  it('knows standalone, Sentinel and Cluster', () => {
    const redis = (changes: Record<string, string>) => readConfig({ ...minimal, ...changes }).redis
    expect(redis({ REDIS_URL: 'redis://localhost' })).toEqual({
      kind: 'standalone',
      url: 'redis://localhost',
    })
    const open = { username: null, password: null, tls: false }
    expect(redis({ REDIS_SENTINELS: 'a:26379, b:26380', REDIS_MASTER_NAME: 'm' })).toEqual({
      kind: 'sentinel',
      sentinels: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 26_380 },
      ],
      masterName: 'm',
      access: open,
      sentinelPassword: null,
    })
    expect(redis({ REDIS_CLUSTER_NODES: '[::1]:7000' })).toEqual({
      kind: 'cluster',
      nodes: [{ host: '::1', port: 7_000 }],
      access: open,
    })
  })

  it('knows what lets it in to Sentinels and to the nodes of a Cluster', () => {
    const closed = { REDIS_NODE_USERNAME: 'u', REDIS_NODE_PASSWORD: 'p', REDIS_TLS: 'true' }
    const access = { username: 'u', password: 'p', tls: true }
    const sentinels = { REDIS_SENTINELS: 'a:1', REDIS_MASTER_NAME: 'm', REDIS_SENTINEL_PASSWORD: 's' }
    expect(readConfig({ ...minimal, ...closed, ...sentinels }).redis).toMatchObject({
      access,
      sentinelPassword: 's',
    })
    expect(readConfig({ ...minimal, ...closed, REDIS_CLUSTER_NODES: 'a:1' }).redis).toMatchObject({ access })
  })

  it('adds roles to the built-in one', () => {
    const { permissions } = readConfig({ ...minimal, PERMISSIONS: '{"agent":["process_claims"]}' })
    expect([...permissions.keys()]).toEqual(['admin', 'agent'])
    expect([...(permissions.get('admin') ?? [])]).toEqual(operatorPermissions)
  })

  it('keeps an issuer to the letter, and has the one of a first try', () => {
    expect(readConfig(minimal).issuer).toBe('http://localhost:3000')
    expect(readConfig({ ...minimal, ISSUER: 'https://a.example/b/' }).issuer).toBe('https://a.example/b/')
  })

  describe('in production', () => {
    const production = { NODE_ENV: 'production' }

    it('wants an issuer with TLS, and warns of one that only this machine can reach', () => {
      expect(refusal({ ...production, ISSUER: 'http://sessions.example.com' })).toMatch(
        /^ISSUER must begin with https:\/\/ in production/,
      )
      expect(refusal({ ISSUER: 'http://sessions.example.com' })).toBe('accepted')
      const warnings = (ISSUER?: string) =>
        readConfig({ ...minimal, ...production, ...(ISSUER === undefined ? {} : { ISSUER }) }).warnings
      expect(warnings('https://sessions.example.com')).toEqual([])
      expect(warnings()).toEqual([expect.stringMatching(/^ISSUER is http:\/\/localhost:3000, which only/)])
    })
    const far: [string, Record<string, string>, RegExp][] = [
      [
        'Postgres',
        { DATABASE_URL: 'postgres://u:p@db.internal/latchkey' },
        /^DATABASE_URL leads to db\.internal/,
      ],
      [
        'Postgres without TLS',
        { DATABASE_URL: 'postgres://db/x?sslmode=disable' },
        /^DATABASE_URL leads to db /,
      ],
      [
        'Postgres by a parameter',
        { DATABASE_URL: 'postgres://localhost/x?host=db' },
        /^DATABASE_URL leads to db /,
      ],
      ['Redis', { REDIS_URL: 'redis://:p@10.0.0.7:6379' }, /^REDIS_URL leads to 10\.0\.0\.7 unencrypted/],
      [
        'Sentinels',
        { REDIS_SENTINELS: '127.0.0.1:1,b:2', REDIS_MASTER_NAME: 'm' },
        /^REDIS_SENTINELS leads to b unencrypted/,
      ],
      ['a Cluster', { REDIS_CLUSTER_NODES: 'a:1' }, /^REDIS_CLUSTER_NODES leads to a unencrypted/],
    ]

    it.each(far)('refuses %s over a network in the clear, unless told to', (_name, changes, message) => {
      expect(refusal({ ...production, ...changes })).toMatch(message)
      expect(refusal({ ...production, ...changes })).not.toContain('\n')
      expect(refusal({ ...production, ...changes, ALLOW_UNENCRYPTED_STORES: 'true' })).toBe('accepted')
      expect(refusal(changes)).toBe('accepted')
    })

    it.each([
      { DATABASE_URL: 'postgres://db.internal/latchkey?sslmode=verify-full' },
      { DATABASE_URL: 'postgres://db.internal/latchkey?ssl=true' },
      { DATABASE_URL: 'postgres://[::1]:5432/latchkey' },
      { DATABASE_URL: 'postgres://%2Fvar%2Frun%2Fpostgresql/latchkey' },
      { DATABASE_URL: 'postgres:///latchkey?host=/var/run/postgresql' },
      { REDIS_URL: 'rediss://10.0.0.7' },
      { REDIS_URL: 'redis://127.0.0.1:6379' },
      { REDIS_CLUSTER_NODES: '[::1]:7000,127.0.0.1:7001' },
    ])('takes %j: it is encrypted, or never leaves the machine', changes => {
      expect(refusal({ ...production, ...changes })).toBe('accepted')
    })

    it('holds a migration to the same', () => {
      const environment = { ...production, DATABASE_URL: 'postgres://db.internal/latchkey' }
      expect(() => readDatabaseUrl(environment)).toThrow(/^DATABASE_URL leads to db\.internal/)
      expect(readDatabaseUrl({ ...environment, ALLOW_UNENCRYPTED_STORES: 'true' })).toBe(
        environment.DATABASE_URL,
      )
    })
  })

  it('lets the migration run with nothing but the database', () => {
    expect(readDatabaseUrl({ DATABASE_URL: minimal.DATABASE_URL })).toBe(minimal.DATABASE_URL)
    expect(() => readDatabaseUrl({})).toThrow(ConfigError)
  })
})
