import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import { client, type Tokens } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

let databaseUrl: string
let a: Instance
let b: Instance
let token: string
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  const environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: (await freshRedis()).url,
    MAX_SESSIONS_PER_USER: '50',
  }
  ;[a, b] = await Promise.all([startInstance(environment), startInstance(environment)])
  token = (await client(a.url).signIn((await newUser('admin')).email)).accessToken
})

afterAll(async () => {
  await Promise.all([a.close(), b.close()])
})

// Whole tables are counted: nothing may be left of the test before. The operator's session stays.
beforeEach(async () => {
  await sql(`DELETE FROM user_sessions WHERE user_id NOT IN (SELECT id FROM users WHERE roles = '{admin}')`)
  await sql('DELETE FROM session_counts')
  await sql('DELETE FROM cutoffs')
  await sql('DELETE FROM revocation_runs')
})

const sql = <Row extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) =>
  query<Row>(databaseUrl, text, values)

async function newUser(...roles: string[]) {
  const email = `statistics-${users++}@example.test`
  return { id: await createUser(a.services, email, { roles }), email }
}

type Row = {
  clientType?: string
  authMethod?: string
  /** How long ago, as Postgres writes it. */
  created?: string
  active?: string
  revoked?: string
  reason?: string
  ends?: string
}

/** Sessions of nobody, as a sign-in and what came after it would have left them. */
async function insert(count: number, row: Row = {}): Promise<void> {
  const { clientType = 'web', authMethod = 'password', created = '1 minute', ends = '-1 day' } = row
  const { active = created, revoked = null, reason = null } = row
  await sql(
    `INSERT INTO user_sessions (id, user_id, client_type, auth_method, access_token_hash, refresh_token_hash,
       family_hash, rotated_at, created_at, authenticated_at, last_activity_at, refresh_expires_at, expires_at,
       revoked_at, revoked_reason, device_info)
     SELECT gen_random_uuid(), $1, $2, $3, 'a', 'r', 'f', created, created, created, now() - $5::interval, ends, ends,
       now() - $6::interval, $7, '{}'
     FROM generate_series(1, $8), (SELECT now() - $4::interval, now() - $9::interval) AS t (created, ends)`,
    [randomUUID(), clientType, authMethod, created, active, revoked, reason, count, ends],
  )
}

async function read(at = a): Promise<Record<string, unknown>> {
  const { status, body } = await client(at.url).call('GET', '/v1/admin/stats', { token })
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}

/** A count serves for a moment; so the numbers may be a little late, but must come. */
async function expectStats(expected: Record<string, unknown>, at = a): Promise<void> {
  await expect.poll(() => read(at), { interval: 50 }).toMatchObject(expected)
}

/** The operator's own session is among the live ones, and among those that were created. */
const none = { created: 1, refreshed: 0, expired: 0, revoked: {} }

describe('the statistics', () => {
  it('count the live sessions by client type and by how people signed in', async () => {
    await insert(3, { clientType: 'mobile' })
    await insert(2, { clientType: 'portal', authMethod: 'oidc' })
    // Idle for too long, past their end, revoked, of a client type that is no longer configured.
    await insert(1, { clientType: 'portal', created: '2 hours' })
    await insert(1, { ends: '1 second' })
    await insert(1, { revoked: '1 minute', reason: 'logout' })
    await insert(1, { clientType: 'tv' })
    await expectStats({
      live: {
        total: 6,
        byClientType: { web: 1, mobile: 3, portal: 2 },
        byAuthMethod: { password: 4, oidc: 2 },
      },
      asOf: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    // A bulk revocation that holds, and whose rows nobody has marked yet.
    await sql(
      `WITH fact AS (INSERT INTO cutoffs (id, scope, subject, issued_before, reason, actor)
         VALUES (gen_random_uuid(), 'client_type', 'mobile', now(), 'test', 'test') RETURNING id)
       INSERT INTO revocation_runs (id, strategy, value, reason, actor)
       SELECT id, 'client_type', 'mobile', 'test', 'test' FROM fact`,
    )
    await expectStats({ live: { total: 3, byClientType: { web: 1, portal: 2 } } })
  })

  it('tell their average age', async () => {
    await sql(`UPDATE user_sessions SET created_at = now() - interval '10 minutes'`)
    await insert(1, { created: '30 minutes', active: '1 minute' })
    await expect.poll(async () => Math.round(Number((await read())['averageAgeSeconds']) / 60)).toBe(20)
    await sql('UPDATE user_sessions SET created_at = now()')
  })

  it('tell what happened in the last hour and in the last day', async () => {
    await insert(2, { created: '20 hours', active: '1 minute' })
    await insert(1, { created: '3 days', active: '1 minute' })
    await insert(2, { created: '30 hours', revoked: '30 minutes', reason: 'user' })
    await insert(1, { created: '30 hours', revoked: '2 hours', reason: 'user' })
    await insert(4, { created: '30 hours', revoked: '2 hours', reason: 'bulk' })
    await insert(1, { created: '40 hours', revoked: '30 hours', reason: 'logout' })
    // Past their absolute limit, and idle for longer than 30 minutes and what is allowed on top.
    await insert(3, { created: '30 hours', active: '1 hour', ends: '30 minutes' })
    await insert(2, { created: '30 hours', active: '1 hour', ends: '5 hours' })
    await insert(1, { clientType: 'portal', created: '3 hours', active: '50 minutes' })
    await insert(1, { clientType: 'portal', created: '3 hours', active: '2 hours' })
    await insert(1, { created: '40 hours', ends: '30 hours' })
    const expected = {
      lastHour: { ...none, expired: 4, revoked: { user: 2 } },
      lastDay: { created: 5, refreshed: 0, expired: 7, revoked: { user: 3, bulk: 4 } },
    }
    await expectStats(expected)
  })

  it('lose nothing by cleanup', async () => {
    const ends = '1 minute'
    await insert(1_500, { clientType: 'portal', created: '20 hours', active: '45 minutes', ends })
    await insert(1, { clientType: 'portal', created: '30 minutes', active: '5 minutes', ends })
    await insert(2, { created: '20 hours', ends, revoked: '2 hours', reason: 'user' })
    await insert(3, { created: '25 hours', ends, revoked: '30 minutes', reason: 'bulk' })
    await insert(1, { created: '3 days', ends: '2 days' })
    const expected = {
      live: { total: 1 },
      lastHour: { created: 2, refreshed: 0, expired: 1_501, revoked: { bulk: 3 } },
      lastDay: { created: 1_504, refreshed: 0, expired: 1_501, revoked: { user: 2, bulk: 3 } },
    }
    await expectStats(expected)
    expect(await a.services.maintenance.cleanUp({ ...byCli, actor: 'test' })).toMatchObject({
      deletedSessions: 1_507,
    })
    await expectStats(expected)
    await sql(`UPDATE session_counts SET minute = minute - interval '3 days'`)
    await a.services.maintenance.cleanUp({ ...byCli, actor: 'test' })
    expect(await sql('SELECT FROM session_counts')).toEqual([])
    await expectStats({ lastDay: none })
  })

  it('count the refreshes of every instance, and no replay of one', async () => {
    const { email } = await newUser()
    const tokens: Tokens[] = [await client(a.url).signIn(email), await client(b.url).signIn(email)]
    for (const [index, { refreshToken }] of tokens.entries()) {
      const at = index === 0 ? a : b
      expect((await client(at.url).refresh(refreshToken)).status).toBe(200)
      expect((await client(at.url).refresh(refreshToken)).status).toBe(200)
    }
    await b.services.flush()
    await expectStats({ lastHour: { created: 3, refreshed: 2 }, lastDay: { created: 3, refreshed: 2 } })
    const rows = await sql<{ event: string; count: string }>('SELECT event, count FROM session_counts')
    const total = rows.reduce((sum, row) => sum + Number(row.count), 0)
    expect([new Set(rows.map(row => row.event)), total]).toEqual([new Set(['refreshed']), 2])
  })

  it('are the same however many rows there are, and whoever asks at the same time', async () => {
    await insert(45_000, { clientType: 'kiosk' })
    await expectStats({ live: { total: 45_001, byClientType: { web: 1, kiosk: 45_000 } } })
    const answers = await Promise.all(Array.from({ length: 20 }, () => read(b)))
    expect(new Set(answers.map(answer => answer['asOf'])).size).toBe(1)
  })
})
