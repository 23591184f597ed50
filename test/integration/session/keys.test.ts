import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import { mintRefreshToken, newFamily } from '../../../src/session/token/refresh-token.ts'
import { deriveKeys } from '../../../src/session/token/secrets.ts'
import { type Answer, client, type Tokens, tokensOf } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { createUser, type Environment, type Instance, secret, startInstance } from '../../support/service.ts'
import { type FreshStore, freshDatabase, freshRedis } from '../../support/stores.ts'
import { until } from '../../support/until.ts'

// Keys are of the whole deployment, so each test has a database of its own.
let database: FreshStore
let redis: FreshStore
let environment: Environment
let users = 0

beforeAll(async () => {
  redis = await freshRedis()
})
beforeEach(async () => {
  database = await freshDatabase()
  environment = { DATABASE_URL: database.url, REDIS_URL: redis.url }
})
afterEach(() => database.drop())
afterAll(() => redis.drop())

async function signIn(instance: Instance): Promise<Tokens> {
  const email = `keys-${users++}@example.test`
  await createUser(instance.services, email)
  return await client(instance.url).signIn(email)
}

/** What every instance does by itself each second. */
async function reload(...instances: readonly Instance[]): Promise<void> {
  await Promise.all(instances.map(instance => instance.services.reload()))
}

async function publishedBy(instance: Instance): Promise<unknown[]> {
  const { status, body } = await client(instance.url).call('GET', '/.well-known/jwks.json')
  expect(status).toBe(200)
  return Array.isArray(body['keys']) ? body['keys'] : []
}

function kidOf({ accessToken }: Pick<Tokens, 'accessToken'>): unknown {
  const [header = ''] = accessToken.split('.')
  const parsed: unknown = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'))
  return typeof parsed === 'object' && parsed !== null && 'kid' in parsed ? parsed.kid : undefined
}

function codeOf({ status, body }: Answer): unknown[] {
  return [status, body['code']]
}

describe('signing keys', () => {
  let a: Instance
  let b: Instance

  beforeEach(async () => {
    // Both at once, on a database that has none.
    ;[a, b] = await Promise.all([startInstance(environment), startInstance(environment)])
  })
  afterEach(() => Promise.all([a.close(), b.close()]))

  const rotate = (by: Instance) => by.services.maintenance.rotateSigningKey({ ...byCli, actor: 'test' })

  async function signNextFrom(instant: string): Promise<void> {
    await query(
      database.url,
      `UPDATE signing_keys SET signs_from = ${instant} WHERE signs_from = (SELECT max(signs_from) FROM signing_keys)`,
    )
    await reload(a, b)
  }

  it('are one key, however many instances start at once on an empty database', async () => {
    const more = await Promise.all([startInstance(environment), startInstance(environment)])
    const stored = await query<{ kid: string }>(database.url, 'SELECT kid FROM signing_keys')
    expect(stored).toHaveLength(1)
    for (const instance of [a, b, ...more]) {
      expect(kidOf(await signIn(instance))).toBe(stored[0]?.kid)
      expect(await publishedBy(instance)).toEqual([
        expect.objectContaining({ kid: stored[0]?.kid, kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }),
      ])
    }
    await Promise.all(more.map(instance => instance.close()))
  })

  it('are published at once when rotated, and sign only when their time has come', async () => {
    const before = await signIn(a)
    const next = await rotate(b)
    await reload(a, b)
    for (const instance of [a, b]) {
      const published = await publishedBy(instance)
      expect(published).toHaveLength(2)
      expect(published).toContainEqual(expect.objectContaining({ kid: next.kid }))
      expect(kidOf(await signIn(instance))).toBe(kidOf(before))
    }

    // Its ten minutes are over.
    await signNextFrom('clock_timestamp()')
    for (const instance of [a, b]) {
      expect(kidOf(await signIn(instance))).toBe(next.kid)
      expect((await client(instance.url).verify(before.accessToken)).status).toBe(204)
      expect(await publishedBy(instance)).toHaveLength(2)
    }
    const refreshed = tokensOf(await client(b.url).refresh(before.refreshToken))
    expect([kidOf(refreshed), refreshed.sessionId]).toEqual([next.kid, before.sessionId])
    expect((await client(a.url).verify(refreshed.accessToken)).status).toBe(204)
  })

  it('are rotated under load without a single 401, on any of three instances', async () => {
    const c = await startInstance(environment)
    const instances = [a, b, c]
    const statuses: number[] = []
    const kids = new Set<unknown>()
    let loaded = true
    /** Somebody who never stops, with the newest tokens that they have, wherever the balancer leads. */
    async function use(first: Tokens): Promise<void> {
      let tokens = first
      for (let turn = 0; loaded; turn++) {
        const api = client((instances[turn % 3] ?? a).url)
        const answers = [await api.verify(tokens.accessToken), await api.refresh(tokens.refreshToken)]
        statuses.push(...answers.map(({ status }) => status))
        const [, refreshed] = answers
        if (refreshed?.status !== 200) break
        tokens = tokensOf(refreshed)
        kids.add(kidOf(tokens))
      }
    }
    try {
      const people = await Promise.all(instances.map(signIn))
      const using = people.map(use)
      await rotate(b)
      // Each hears of it at another time, and of the key's time as well.
      for (const instance of instances) await reload(instance)
      await query(
        database.url,
        'UPDATE signing_keys SET signs_from = clock_timestamp() WHERE signs_from > clock_timestamp()',
      )
      for (const instance of instances) await reload(instance)
      await until('the next key has signed', async () => kids.size === 2)
      loaded = false
      await Promise.all(using)
      expect(new Set(statuses)).toEqual(new Set([200, 204]))
    } finally {
      loaded = false
      await c.close()
    }
  })

  it('verify until the last token that they may have signed has ended, and no longer', async () => {
    const before = await signIn(a)
    const next = await rotate(a)
    const [old] = await query<{ kid: string; seconds: number }>(
      database.url,
      `SELECT kid, extract(epoch FROM verifies_until - (SELECT max(signs_from) FROM signing_keys))::int AS seconds
       FROM signing_keys WHERE verifies_until IS NOT NULL`,
    )
    expect(old?.kid).toBe(kidOf(before))
    expect(old?.seconds).toBeGreaterThanOrEqual(900)
    await query(
      database.url,
      `UPDATE signing_keys SET signs_from = signs_from - interval '1 hour', verifies_until = verifies_until - interval '1 hour'`,
    )
    await reload(a, b)
    for (const instance of [a, b]) {
      expect(codeOf(await client(instance.url).verify(before.accessToken))).toEqual([
        401,
        'access_token_invalid',
      ])
      expect(await publishedBy(instance)).toEqual([expect.objectContaining({ kid: next.kid })])
    }
    expect((await client(a.url).refresh(before.refreshToken)).status).toBe(200)
  })

  it('refuse every token of theirs once revoked, on all instances, and clients recover by refreshing', async () => {
    const [tokens, other] = [await signIn(a), await signIn(b)]
    for (const instance of [a, b]) {
      expect((await client(instance.url).verify(tokens.accessToken)).status).toBe(204)
    }
    expect(
      await a.services.maintenance.revokeSigningKey(String(kidOf(tokens)), { ...byCli, actor: 'test' }),
    ).toBe(true)
    expect(await a.services.maintenance.revokeSigningKey('no such key', { ...byCli, actor: 'test' })).toBe(
      false,
    )
    await reload(a, b)
    for (const instance of [a, b]) {
      for (const { accessToken } of [tokens, other]) {
        expect(codeOf(await client(instance.url).verify(accessToken))).toEqual([401, 'access_token_invalid'])
      }
      expect(JSON.stringify(await publishedBy(instance))).not.toContain(kidOf(tokens))
    }

    // Until the next key's time has come nothing is signed, and nothing is spent.
    await signNextFrom(`clock_timestamp() + interval '1 minute'`)
    const early = await client(b.url).refresh(tokens.refreshToken)
    expect([...codeOf(early), early.headers.get('retry-after')]).toEqual([503, 'store_unavailable', '1'])
    await signNextFrom(`clock_timestamp()`)
    for (const before of [tokens, other]) {
      const after = tokensOf(await client(b.url).refresh(before.refreshToken))
      expect(after.sessionId).toBe(before.sessionId)
      for (const instance of [a, b]) {
        expect((await client(instance.url).verify(after.accessToken)).status).toBe(204)
      }
    }
    const events = await query<{ type: string; severity: string; details: unknown }>(
      database.url,
      `SELECT type, severity, details FROM security_events WHERE type = 'key_revoked'`,
    )
    expect(events).toEqual([{ type: 'key_revoked', severity: 'critical', details: { kid: kidOf(tokens) } }])
  })

  it('are sealed where they are stored: neither the table nor another secret gives them away', async () => {
    await rotate(a)
    const rows = await query<{ dump: string; sealed: Buffer }>(
      database.url,
      'SELECT signing_keys::text AS dump, private_sealed AS sealed FROM signing_keys',
    )
    expect(rows).toHaveLength(2)
    for (const { dump, sealed } of rows) {
      expect(dump).not.toMatch(/PRIVATE|"d"/)
      expect(sealed.toString('latin1')).not.toContain('PRIVATE')
      // Nor as the bare structure of a PKCS #8 key (RFC 5958), which names its curve.
      expect(sealed.includes(Buffer.from('06082a8648ce3d030107', 'hex'))).toBe(false)
    }
    const stranger = await startInstance({ ...environment, LATCHKEY_SECRET: randomSecret(secret) })
    try {
      await createUser(stranger.services, 'stranger@example.test')
      const login = await client(stranger.url).call('POST', '/v1/auth/login', {
        body: { email: 'stranger@example.test', password: 'correct horse battery' },
      })
      expect(codeOf(login)).toEqual([503, 'store_unavailable'])
    } finally {
      await stranger.close()
    }
  })
})

describe('a change of LATCHKEY_SECRET', () => {
  const newSecret = randomSecret(secret)
  let old: Instance
  let renewed: Instance

  beforeEach(async () => {
    old = await startInstance(environment)
    renewed = await startInstance({
      ...environment,
      LATCHKEY_SECRET: newSecret,
      LATCHKEY_SECRET_PREVIOUS: secret,
    })
  })
  afterEach(() => Promise.all([old.close(), renewed.close()]))

  /** Five seconds after the new secret was registered, when every instance has read of it. */
  async function fiveSecondsLater(): Promise<void> {
    await query(database.url, `UPDATE secret_ids SET first_seen_at = first_seen_at - interval '5 seconds'`)
    await reload(old, renewed)
  }

  it('lets tokens of the old secret go on, and mints under the new one once all have heard of it', async () => {
    const tokens = await signIn(old)
    expect(secretIdOf(tokens)).toBe(idOf(secret))
    expect((await client(renewed.url).verify(tokens.accessToken)).status).toBe(204)

    const early = tokensOf(await client(renewed.url).refresh(tokens.refreshToken))
    expect(secretIdOf(early)).toBe(idOf(secret))
    const still = tokensOf(await client(old.url).refresh(early.refreshToken))

    await fiveSecondsLater()
    const later = tokensOf(await client(renewed.url).refresh(still.refreshToken))
    expect([secretIdOf(later), later.sessionId]).toEqual([idOf(newSecret), tokens.sessionId])
    expect(secretIdOf(await signIn(renewed))).toBe(idOf(newSecret))
    // Signed with the same key, so access tokens are good everywhere; and a lost answer comes again.
    for (const instance of [old, renewed]) {
      expect((await client(instance.url).verify(later.accessToken)).status).toBe(204)
    }
    expect(tokensOf(await client(renewed.url).refresh(still.refreshToken)).refreshToken).toBe(
      later.refreshToken,
    )
  })

  it('is nobody’s fault: an instance with only the old secret asks to try again, and nothing is lost', async () => {
    await fiveSecondsLater()
    const tokens = await signIn(renewed)
    expect(secretIdOf(tokens)).toBe(idOf(newSecret))
    const refused = await client(old.url).refresh(tokens.refreshToken)
    expect(codeOf(refused)).toEqual([503, 'store_unavailable'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    // Signing out with it is not known to have worked either.
    const logout = await client(old.url).call('POST', '/v1/auth/logout', {
      body: { refreshToken: tokens.refreshToken },
    })
    expect(codeOf(logout)).toEqual([503, 'store_unavailable'])
    expect((await client(renewed.url).refresh(tokens.refreshToken)).status).toBe(200)
  })

  it('can be completed: an instance that has only the new secret signs people in and verifies', async () => {
    await fiveSecondsLater()
    const tokens = await signIn(renewed)
    const completed = await startInstance({ ...environment, LATCHKEY_SECRET: newSecret })
    try {
      expect((await client(completed.url).verify(tokens.accessToken)).status).toBe(204)
      // No key opens with the new secret alone: another one is published, and signs two seconds later.
      await expect
        .poll(() => client(completed.url).refresh(tokens.refreshToken))
        .toMatchObject({ status: 200, body: { sessionId: tokens.sessionId } })
    } finally {
      await completed.close()
    }
  })

  it('does not excuse a token whose secret nobody has registered: it is invalid everywhere', async () => {
    await fiveSecondsLater()
    const { sessionId } = await signIn(old)
    const unknown = deriveKeys(Buffer.from(randomSecret(secret, newSecret), 'base64'))
    const { text } = mintRefreshToken(unknown, sessionId, 0, newFamily())
    for (const instance of [old, renewed]) {
      const refused = await client(instance.url).refresh(text)
      expect(codeOf(refused)).toEqual([401, 'refresh_token_invalid'])
    }
  })
})

/** A secret that is told apart from the given ones by its one-byte id. */
function randomSecret(...others: readonly string[]): string {
  const taken = others.map(idOf)
  for (;;) {
    const candidate = randomBytes(32).toString('base64')
    if (!taken.includes(idOf(candidate))) return candidate
  }
}

function idOf(text: string): number {
  return deriveKeys(Buffer.from(text, 'base64')).id
}

/** The first byte of a refresh token names the secret that it was made with. */
function secretIdOf({ refreshToken }: Pick<Tokens, 'refreshToken'>): number | undefined {
  return Buffer.from(refreshToken.slice('lkr_'.length), 'base64url')[0]
}
