import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import { client, insist, type Tokens, tokensOf } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { type FreshStore, freshDatabase, freshRedis } from '../../support/stores.ts'

const grants = await readFile(new URL('../../../docs/grants.sql', import.meta.url), 'utf8')

/** Roles are of the whole server, which other test runs may use as well. */
const role = `latchkey_app_${randomBytes(5).toString('hex')}`

let database: FreshStore
/** The same database, as the role that docs/grants.sql makes. */
let restrictedUrl: string
let instance: Instance
let users = 0

beforeAll(async () => {
  database = await freshDatabase()
  const password = randomBytes(16).toString('hex')
  await query(database.url, `CREATE ROLE ${role} LOGIN PASSWORD '${password}'`)
  await query(database.url, grants.replaceAll('latchkey_app', role))
  const restricted = new URL(database.url)
  restricted.username = role
  restricted.password = password
  restrictedUrl = restricted.href
  const redis = await freshRedis()
  instance = await startInstance({
    DATABASE_URL: restrictedUrl,
    REDIS_URL: redis.url,
    TRUST_PROXY: '127.0.0.1',
  })
})

afterAll(async () => {
  await instance.close()
  await database.drop()
  await query(inject('postgresUrl'), `DROP ROLE ${role}`)
})

const asOwner = <Row extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) =>
  query<Row>(database.url, text, values)
const asApp = <Row extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) =>
  query<Row>(restrictedUrl, text, values)

async function newUser(): Promise<{ id: string; email: string }> {
  const email = `audit-${users++}@example.test`
  return { id: await createUser(instance.services, email), email }
}

async function signIn(email: string): Promise<Tokens> {
  const logIn = () =>
    client(instance.url).call('POST', '/v1/auth/login', {
      headers: { 'user-agent': 'an agent of a person', 'x-forwarded-for': '203.0.113.7' },
      body: { email, password: goodPassword },
    })
  return tokensOf(await insist(logIn))
}

async function insertEvents(userId: string, age: string, count = 1): Promise<void> {
  await asOwner(
    `INSERT INTO security_events (id, type, severity, user_id, actor, details, created_at)
     SELECT gen_random_uuid(), 'sign_in_failed', 'info', $1, 'test', '{}', clock_timestamp() - $2::interval
     FROM generate_series(1, $3)`,
    [userId, age, count],
  )
}

async function eventsOf(userId: string): Promise<Record<string, unknown>[]> {
  return await asOwner('SELECT * FROM security_events WHERE user_id = $1 ORDER BY created_at, id', [userId])
}

describe('the service as a role that may not change the audit log', () => {
  it('signs people in, refreshes, changes passwords and revokes', async () => {
    const { id, email } = await newUser()
    const api = client(instance.url)
    const [first, second] = [await signIn(email), await signIn(email)]
    const refreshed = tokensOf(await api.refresh(first.refreshToken))
    expect((await api.verify(refreshed.accessToken)).status).toBe(204)
    const changed = await api.call('POST', '/v1/auth/password', {
      token: refreshed.accessToken,
      body: { currentPassword: goodPassword, newPassword: 'another good password' },
    })
    const { accessToken: token } = tokensOf(changed)
    expect((await api.verify(second.accessToken)).body['reason']).toBe('password_changed')
    expect((await api.call('DELETE', `/v1/sessions/${first.sessionId}`, { token })).status).toBe(204)
    expect((await api.verify(token)).body['reason']).toBe('user')
    const types = (await eventsOf(id)).map(event => event['type'])
    expect(types).toEqual(expect.arrayContaining(['user_created', 'session_created', 'password_changed']))
    expect(types.filter(type => type === 'session_revoked')).toHaveLength(2)
  })

  it('does all that operators ask for', async () => {
    const { services } = instance
    const { id, email } = await newUser()
    await signIn(email)
    const { id: keyId } = await services.serviceKeys.create({ name: 'a service', scopes: ['verify'] }, byCli)
    expect(await services.serviceKeys.revoke(keyId, byCli)).toBe(true)
    await services.maintenance.rotateSigningKey(byCli)
    expect(await services.accounts.disable(id, byCli)).toBe(true)
    expect(await services.accounts.enable(id, byCli)).toBe(true)
    expect(await services.accounts.unlock(id, byCli)).toBe(true)
    await signIn(email)
    const operator = { actor: 'cli', origin: { ipAddress: null, userAgent: null }, reason: 'test' }
    const revocation = await services.revocations.revoke({ strategy: 'all' }, operator)
    await revocation?.completed
    expect(await services.revocations.find(revocation?.id ?? '')).toMatchObject({
      revoked: expect.any(Number),
    })
    expect((await services.statistics.read()).live.total).toBe(0)
    expect((await services.auditLog.list(noFilter, { limit: 1, cursor: null })).events).toHaveLength(1)
  })

  it('cleans up: sessions that have ended, and events past their retention', async () => {
    const { id, email } = await newUser()
    const { sessionId } = await signIn(email)
    await asOwner(`UPDATE user_sessions SET expires_at = clock_timestamp() WHERE id = $1`, [sessionId])
    await insertEvents(id, '91 days', 2)
    await insertEvents(id, '89 days')
    const result = await instance.services.maintenance.cleanUp(byCli)
    expect(result).toMatchObject({ kind: 'done', deletedSessions: 1, deletedEvents: 2 })
    expect((await eventsOf(id)).map(event => event['type'])).toContain('sign_in_failed')
  })

  it('deletes a user, with all that is personal in sessions and events, also in what the user did to others', async () => {
    const [person, other] = [await newUser(), await newUser()]
    const { sessionId } = await signIn(person.email)
    const theirs = await signIn(other.email)
    const origin = { ipAddress: '203.0.113.7', userAgent: 'an agent of a person' }
    await instance.services.revocations.revoke(
      { strategy: 'session', sessionId: theirs.sessionId },
      { actor: person.id, origin, reason: 'test' },
    )
    const personal = `ip_address IS NOT NULL OR user_agent IS NOT NULL`
    const left = () =>
      asOwner(`SELECT FROM security_events WHERE (user_id = $1 OR actor = $1::text) AND (${personal})`, [
        person.id,
      ])
    expect((await left()).length).toBeGreaterThan(2)
    expect(await instance.services.accounts.delete(person.id, byCli)).toBe(true)
    expect(await left()).toEqual([])
    expect(await asOwner(`SELECT FROM user_sessions WHERE id = $1 AND (${personal})`, [sessionId])).toEqual(
      [],
    )
    // What happened stays on record, and so does what is another person's.
    expect((await eventsOf(person.id)).length).toBeGreaterThan(3)
    const [revoked] = (await eventsOf(other.id)).filter(event => event['type'] === 'session_revoked')
    expect(revoked).toMatchObject({ actor: person.id, details: { reason: 'admin', note: 'test' } })
    const [signedIn] = (await eventsOf(other.id)).filter(event => event['type'] === 'sign_in_succeeded')
    expect(signedIn).toMatchObject({ ip_address: '203.0.113.7' })
  })
})

const noFilter = {
  userId: null,
  sessionId: null,
  types: null,
  network: null,
  since: null,
}

describe('the role of docs/grants.sql', () => {
  it('may use every table', async () => {
    const tables = await asOwner<{ name: string; may: boolean }>(
      `SELECT tablename AS name, has_table_privilege($1, format('%I.%I', schemaname, tablename), 'SELECT, INSERT') AS may
       FROM pg_tables WHERE schemaname = 'public'`,
      [role],
    )
    expect(tables.length).toBeGreaterThan(10)
    expect(tables.filter(table => !table.may)).toEqual([])
  })

  it.each([
    'UPDATE security_events SET actor = actor',
    'UPDATE security_events SET details = DEFAULT WHERE false',
    'DELETE FROM security_events',
    'TRUNCATE security_events',
    'SELECT FROM security_events FOR UPDATE',
    'ALTER TABLE security_events DISABLE TRIGGER ALL',
    'DROP TABLE security_events',
    'CREATE OR REPLACE FUNCTION forget_deleted_user(uuid) RETURNS void LANGUAGE sql AS $$ $$',
    'CREATE TABLE public.mine (id integer)',
    'INSERT INTO drizzle.__drizzle_migrations (hash) VALUES (1)',
  ])('may not: %s', async statement => {
    await expect(asApp(statement)).rejects.toThrow(/permission denied|must be owner/)
  })

  it('cannot have events deleted that are younger than seven days, whatever it asks for', async () => {
    const { id } = await newUser()
    await insertEvents(id, '6 days 23 hours')
    await insertEvents(id, '7 days 1 hour')
    const before = await eventsOf(id)
    for (const days of [-1_000_000, 0, 6]) await asApp('SELECT delete_old_security_events($1, 1000)', [days])
    const after = await eventsOf(id)
    expect(before.length - after.length).toBe(1)
  })

  it('cannot have the events of a user blanked who is not deleted', async () => {
    const { id, email } = await newUser()
    await signIn(email)
    const before = await eventsOf(id)
    await expect(asApp('SELECT forget_deleted_user($1)', [id])).rejects.toThrow('has not been deleted')
    expect(await eventsOf(id)).toEqual(before)
  })

  it('cannot mislead the functions by tables of its own', async () => {
    const { id } = await newUser()
    await insertEvents(id, '8 days')
    const connection = new pg.Client({ connectionString: restrictedUrl })
    await connection.connect()
    try {
      await connection.query(`CREATE TEMPORARY TABLE security_events (LIKE public.security_events)`)
      await connection.query(`CREATE TEMPORARY TABLE users (LIKE public.users)`)
      await connection.query('SET search_path = pg_temp, public')
      const { rows } = await connection.query('SELECT delete_old_security_events(7, 1000)::int AS deleted')
      expect(rows[0]).toEqual({ deleted: 1 })
      await expect(connection.query('SELECT forget_deleted_user($1)', [id])).rejects.toThrow(
        'not been deleted',
      )
    } finally {
      await connection.end()
    }
    const settings = await asOwner<{ settings: string[]; definer: boolean }>(
      `SELECT proconfig AS settings, prosecdef AS definer FROM pg_proc
       WHERE proname IN ('delete_old_security_events', 'forget_deleted_user')`,
    )
    const fixed = { settings: ['search_path=pg_catalog, public, pg_temp'], definer: true }
    expect(settings).toEqual([fixed, fixed])
  })

  it('is the only one beside the owner that may call the functions', async () => {
    const calls = await asOwner<{ grantee: string }>(
      `SELECT DISTINCT grantee FROM information_schema.routine_privileges
       WHERE routine_name IN ('delete_old_security_events', 'forget_deleted_user')`,
    )
    expect(calls.map(({ grantee }) => grantee)).not.toContain('PUBLIC')
    expect(calls).toHaveLength(2)
  })
})

describe('a change and its event', () => {
  it('are committed together or not at all', async () => {
    const { id, email } = await newUser()
    const { accessToken: token, sessionId } = await signIn(email)
    await asOwner(`REVOKE INSERT ON security_events FROM ${role}`)
    try {
      const refused = await client(instance.url).call('DELETE', `/v1/sessions/${sessionId}`, { token })
      expect(refused.status).toBeGreaterThanOrEqual(500)
      await expect(instance.services.accounts.disable(id, byCli)).rejects.toThrow()
      await expect(
        instance.services.serviceKeys.create({ name: 'unrecorded', scopes: ['verify'] }, byCli),
      ).rejects.toThrow()
    } finally {
      await asOwner(`GRANT INSERT ON security_events TO ${role}`)
    }
    expect((await client(instance.url).verify(token)).status).toBe(204)
    expect(await asOwner('SELECT revoked_at FROM user_sessions WHERE id = $1', [sessionId])).toEqual([
      { revoked_at: null },
    ])
    const [user] = await asOwner<{ disabled_at: Date | null }>(
      'SELECT disabled_at FROM users WHERE id = $1',
      [id],
    )
    expect(user?.disabled_at).toBeNull()
    expect(await asOwner(`SELECT FROM service_keys WHERE name = 'unrecorded'`)).toEqual([])
  })
})
