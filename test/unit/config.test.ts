import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig, readDatabaseUrl } from '../../src/config.ts'

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
    [{ LATCHKEY_SECRET: `${minimal.LATCHKEY_SECRET}!` }, /^LATCHKEY_SECRET must be at least 32 random bytes/],
    [{ PORT: '70000' }, /^PORT must be a whole number from 0 to 65535/],
    [{ PORT: '3e3' }, /^PORT must be a whole number/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL /],
    [{ REGISTRATION: 'maybe' }, /^REGISTRATION /],
    [{ TRUST_PROXY: 'true' }, /^TRUST_PROXY must be a list of addresses or networks/],
    [{ TRUST_PROXY: '10.0.0.0/33' }, /^TRUST_PROXY must be a list/],
    [{ REDIS_URL: 'redis://a', REDIS_CLUSTER_NODES: 'a:1' }, /exclude each other/],
    [{ REDIS_SENTINELS: 'a:26379' }, /^REDIS_MASTER_NAME is missing/],
    [{ REDIS_SENTINEL_PASSWORD: 'x' }, /^REDIS_SENTINEL_PASSWORD needs REDIS_SENTINELS/],
    [
      { REDIS_URL: 'redis://a', REDIS_NODE_PASSWORD: 'x' },
      /^REDIS_NODE_PASSWORD .*rediss:\/\/user:password@host/,
    ],
    [{ REDIS_URL: 'redis://a', REDIS_TLS: 'true' }, /^REDIS_TLS is for Sentinels and Clusters/],
    [{ REDIS_CLUSTER_NODES: 'a:1', REDIS_TLS: 'yes' }, /^REDIS_TLS /],
    [{ REDIS_SENTINELS: 'nonsense', REDIS_MASTER_NAME: 'm' }, /^REDIS_SENTINELS must be a list like/],
    [{ SESSION_POLICIES: '{' }, /^SESSION_POLICIES must be JSON/],
    [{ SESSION_POLICIES: '@/nowhere/at/all.json' }, /^SESSION_POLICIES .*no such file/],
    [{ SESSION_POLICIES: '{"web":{"idleTimeoutSeconds":1}}' }, /^SESSION_POLICIES does not fit/],
    [
      { SESSION_POLICIES: '{"web":{"idleTimeoutSeconds":7200,"absoluteTimeoutSeconds":3600}}' },
      /^SESSION_POLICIES web: idleTimeoutSeconds must not exceed/,
    ],
    [
      { ACCESS_TOKEN_TTL_SECONDS: '1200' },
      /^ACCESS_TOKEN_TTL_SECONDS must be shorter than the idle timeout of kiosk/,
    ],
    [{ ROTATION_GRACE_SECONDS: '840' }, /^ROTATION_GRACE_SECONDS must be more than 60 s shorter/],
    [{ PERMISSIONS: '{"agent":"all"}' }, /^PERMISSIONS does not fit/],
    [{ LATCHKEY_SECRETS: 'x' }, /^LATCHKEY_SECRETS is not a setting/],
    [{ CACHE_TTL: '5' }, /^CACHE_TTL is not a setting/],
  ])('refuses %j in one line that names the setting', (changes, message) => {
    const line = refusal(changes)
    expect(line).toMatch(message)
    expect(line).not.toContain('\n')
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
  })

  it('lets the migration run with nothing but the database', () => {
    expect(readDatabaseUrl({ DATABASE_URL: minimal.DATABASE_URL })).toBe(minimal.DATABASE_URL)
    expect(() => readDatabaseUrl({})).toThrow(ConfigError)
  })
})
