import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import { client, type Tokens } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { type FreshStore, freshDatabase } from '../../support/stores.ts'

// Cleanup looks at whole tables, so each test has a database of its own.
let database: FreshStore
let instance: Instance
let userId: string

const email = 'cleanup@example.test'

beforeEach(async () => {
  database = await freshDatabase()
  instance = await startInstance({ DATABASE_URL: database.url })
  userId = await createUser(instance.services, email)
})

afterEach(async () => {
  await instance.close()
  await database.drop()
})

const sql = <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
  query<Row>(database.url, text, values)

const signIn = () => client(instance.url).signIn(email)

/** Sessions as a sign-in leaves them, opened and ending that long ago (negative: ahead). */
async function insertSessions(count: number, opened: string, ended: string): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    `INSERT INTO user_sessions (id, user_id, client_type, auth_method, access_token_hash, refresh_token_hash,
       family_hash, rotated_at, created_at, authenticated_at, last_activity_at, refresh_expires_at, expires_at, device_info)
     SELECT gen_random_uuid(), $2, 'web', 'password', 'a', 'r', 'f', opened, opened, opened, opened, ended, ended, '{}'
     FROM generate_series(1, $1), (SELECT clock_timestamp() - $3::interval, clock_timestamp() - $4::interval) AS t (opened, ended)
     RETURNING id`,
    [count, userId, opened, ended],
  )
  return rows.map(row => row.id)
}

async function insertEvents(count: number, age: string): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    `INSERT INTO security_events (id, type, severity, user_id, actor, details, created_at)
     SELECT gen_random_uuid(), 'sign_in_failed', 'info', $2, 'test', '{}', clock_timestamp() - $3::interval
     FROM generate_series(1, $1) RETURNING id`,
    [count, userId, age],
  )
  return rows.map(row => row.id)
}

async function insertFeedRow(age: string): Promise<string> {
  const id = randomUUID()
  await sql(
    `INSERT INTO revocations (session_id, reason, actor, created_at)
     VALUES ($1, 'logout', 'test', clock_timestamp() - $2::interval)`,
    [id, age],
  )
  return id
}

/** Of a table, or of those of its rows that a condition behind its name is true of. */
async function count(rows: string): Promise<number> {
  const [row] = await sql<{ count: number }>(`SELECT count(*)::int AS count FROM ${rows}`)
  return row?.count ?? 0
}

/** Every row of every table, as text. */
/** All rows but those of `instances`, in which each says every second that it is there. */
async function everything(): Promise<string[]> {
  const tables = await sql<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables
     WHERE schemaname = 'public' AND tablename <> 'instances' ORDER BY tablename`,
  )
  const rows = await Promise.all(
    tables.map(({ name }) =>
      sql<{ row: string }>(`SELECT $1 || t::text AS row FROM ${name} AS t`, [`${name} `]),
    ),
  )
  return rows.flat().map(({ row }) => row)
}

const cleanUp = (at = instance) => at.services.maintenance.cleanUp({ ...byCli, actor: 'test' })

describe('cleanup', () => {
  it('deletes sessions past their limit and events past their retention, and changes nothing else', async () => {
    const [live, loggedOut] = [await signIn(), await signIn()]
    await client(instance.url).refresh(live.refreshToken)
    await client(instance.url).call('POST', '/v1/auth/logout', { token: loggedOut.accessToken })
    await insertSessions(1, '8 days', '-22 days') // idle, and not past its absolute limit
    await insertEvents(2, '89 days 23 hours')
    const ended = [
      ...(await insertSessions(3, '30 days', '1 second')),
      ...(await insertEvents(2, '90 days 1 hour')),
    ]

    const before = await everything()
    expect(await cleanUp()).toEqual({
      kind: 'done',
      deletedSessions: 3,
      deletedEvents: 2,
      tookMs: expect.any(Number),
    })
    const after = await everything()
    const gone = before.filter(row => !after.includes(row))
    expect(gone).toHaveLength(ended.length)
    for (const id of ended) expect(gone.some(row => row.includes(id))).toBe(true)
    // All that is new is the record that it ran.
    const added = after.filter(row => !before.includes(row))
    expect(added).toEqual([expect.stringContaining('cleanup_ran')])
  })

  it('forgets failed sign-ins a day after their window began, and no sooner', async () => {
    const insertThrottles = (count: number, age: string) =>
      sql(
        `INSERT INTO login_throttles (subject_hash, device_id, failures, window_started_at, locks, locked_until)
         SELECT uuid_send(gen_random_uuid()), '', 5, began, 1, began + interval '15 minutes'
         FROM generate_series(1, $1), (SELECT clock_timestamp() - $2::interval) AS t (began)`,
        [count, age],
      )
    await insertThrottles(1_100, '1 day 1 minute')
    await insertThrottles(3, '23 hours 59 minutes')
    await cleanUp()
    expect(await count('login_throttles')).toBe(3)
    expect(
      await count(`login_throttles WHERE window_started_at < clock_timestamp() - interval '1 day'`),
    ).toBe(0)
  })

  it('deletes nothing the second time, and does not record that', async () => {
    await insertSessions(2, '30 days', '1 second')
    await insertEvents(1, '91 days')
    await cleanUp()
    const before = await everything()
    expect(await cleanUp()).toMatchObject({ kind: 'done', deletedSessions: 0, deletedEvents: 0 })
    expect(await everything()).toEqual(before)
  })

  it('erases a successor an hour after its grace, keeps a younger one, and leaves the row as it was', async () => {
    const [old, young] = [await signIn(), await signIn()]
    for (const { refreshToken } of [old, young]) await client(instance.url).refresh(refreshToken)
    const rotatedAgo = ({ sessionId }: Tokens, age: string) =>
      sql('UPDATE user_sessions SET rotated_at = clock_timestamp() - $2::interval WHERE id = $1', [
        sessionId,
        age,
      ])
    await rotatedAgo(old, '1 hour 40 seconds')
    await rotatedAgo(young, '1 hour 20 seconds')
    const rows = () =>
      sql<{ sealed: boolean; rest: unknown }>(
        `SELECT successor_sealed IS NOT NULL AS sealed, to_jsonb(s) - 'successor_sealed' AS rest
         FROM user_sessions AS s ORDER BY id = $1 DESC`,
        [old.sessionId],
      )
    const before = await rows()
    expect(before.map(row => row.sealed)).toEqual([true, true])
    await cleanUp()
    const after = await rows()
    expect(after.map(row => row.sealed)).toEqual([false, true])
    expect(after.map(row => row.rest)).toEqual(before.map(row => row.rest))
  })

  it('deletes what the feed no longer needs: rows older than a day', async () => {
    await insertFeedRow('25 hours')
    const young = await insertFeedRow('23 hours')
    await cleanUp()
    const left = await sql<{ session_id: string }>('SELECT session_id FROM revocations')
    expect(left).toEqual([{ session_id: young }])
  })

  it('deletes a cut-off only when it is older than any session should be, and has marked what it still covers', async () => {
    // The longest absolute limit is thirty days. This session was promised more, before the limits were lowered.
    await insertSessions(1, '35 days', '-10 days')
    const cutoff = (reason: string, issuedBefore: string, created: string) =>
      sql(
        `INSERT INTO cutoffs (id, scope, issued_before, reason, actor, created_at)
         VALUES ($1, 'all', clock_timestamp() - $3::interval, $2, 'test', clock_timestamp() - $4::interval)`,
        [randomUUID(), reason, issuedBefore, created],
      )
    await cutoff('covers nothing any more', '40 days', '40 days')
    await cutoff('covered the old session', '33 days', '33 days')
    await cutoff('is recent', '1 day', '1 day')
    await cutoff('was made recently for long ago', '400 days', '1 day')
    await cleanUp()
    const left = await sql<{ reason: string }>('SELECT reason FROM cutoffs ORDER BY reason')
    expect(left.map(row => row.reason)).toEqual(['is recent', 'was made recently for long ago'])
    expect(await sql('SELECT revoked_reason FROM user_sessions')).toEqual([{ revoked_reason: 'bulk' }])
  })

  it('deletes a signing key whose last token has ended, and no other', async () => {
    const [first] = await instance.services.maintenance.listSigningKeys()
    const second = await instance.services.maintenance.rotateSigningKey({ ...byCli, actor: 'test' })
    await cleanUp()
    expect(await count('signing_keys')).toBe(2)
    await sql(
      `UPDATE signing_keys SET verifies_until = clock_timestamp() - interval '1 second' WHERE kid = $1`,
      [first?.kid],
    )
    await cleanUp()
    expect(await sql('SELECT kid FROM signing_keys')).toEqual([{ kid: second.kid }])
  })

  it('works in batches, and tells of its progress after each', async () => {
    await insertSessions(3_500, '30 days', '1 second')
    await insertSessions(1_200, '1 day', '-29 days')
    await insertEvents(2_500, '91 days')
    const told: { sessions: number; events: number }[] = []
    const result = await instance.services.maintenance.cleanUp(
      { ...byCli, actor: 'test' },
      {
        progress: deleted => told.push(deleted),
      },
    )
    expect(result).toMatchObject({ kind: 'done', deletedSessions: 3_500, deletedEvents: 2_500 })
    expect(await count('user_sessions')).toBe(1_200)
    expect(await count("security_events WHERE created_at < now() - interval '90 days'")).toBe(0)

    expect(told.at(-1)).toEqual({ sessions: 3_500, events: 2_500 })
    const steps = told.map(({ sessions, events }, index) => {
      const previous = told[index - 1] ?? { sessions: 0, events: 0 }
      return sessions - previous.sessions + (events - previous.events)
    })
    expect(Math.min(...steps)).toBe(0)
    expect(Math.max(...steps)).toBeLessThanOrEqual(1_000)
    const [event] = await sql<{ actor: string; details: unknown }>(
      `SELECT actor, details FROM security_events WHERE type = 'cleanup_ran'`,
    )
    expect(event).toEqual({
      actor: 'test',
      details: { deletedSessions: 3_500, deletedEvents: 2_500, tookMs: result.tookMs },
    })
  })

  it('goes on when the database was too busy for a batch, and counts what it has deleted once', async () => {
    const { maintenance } = instance.services
    await insertSessions(1_500, '31 days', '1 day')
    const other = new pg.Client(database.url)
    await other.connect()
    try {
      const told: number[] = []
      let locking: Promise<unknown> = Promise.resolve()
      const result = await maintenance.cleanUp(byCli, {
        progress({ sessions }) {
          told.push(sessions)
          if (told.length > 1) return
          // Longer than a batch waits for a lock.
          locking = other
            .query('BEGIN; LOCK TABLE user_sessions IN ACCESS EXCLUSIVE MODE')
            .then(() => sleep(1_200))
            .then(() => other.query('COMMIT'))
        },
      })
      await locking
      expect(told[0]).toBe(1_000)
      expect(result).toMatchObject({ kind: 'done', deletedSessions: 1_500 })
      expect(result.tookMs).toBeGreaterThan(1_200)
      expect(await count('user_sessions')).toBe(0)
    } finally {
      await other.end()
    }
  })

  it('skips what another transaction has locked, without waiting, and takes it the next time', async () => {
    const [lockedSession] = await insertSessions(3, '30 days', '1 second')
    const [lockedEvent] = await insertEvents(3, '91 days')
    const lockedFeedRow = await insertFeedRow('25 hours')
    await insertFeedRow('25 hours')
    const rotated = await signIn()
    await client(instance.url).refresh(rotated.refreshToken)
    await sql(`UPDATE user_sessions SET rotated_at = rotated_at - interval '2 hours' WHERE id = $1`, [
      rotated.sessionId,
    ])

    const other = new pg.Client({ connectionString: database.url })
    await other.connect()
    try {
      await other.query('BEGIN')
      await other.query('SELECT FROM user_sessions WHERE id = ANY($1) FOR UPDATE', [
        [lockedSession, rotated.sessionId],
      ])
      await other.query('SELECT FROM security_events WHERE id = $1 FOR UPDATE', [lockedEvent])
      await other.query('SELECT FROM revocations WHERE session_id = $1 FOR UPDATE', [lockedFeedRow])
      // A batch that waited for a lock would fail, and be begun anew, for as long as the lock is held.
      const result = await cleanUp()
      expect(result).toMatchObject({ kind: 'done', deletedSessions: 2, deletedEvents: 2 })
      expect(await sql('SELECT session_id FROM revocations')).toEqual([{ session_id: lockedFeedRow }])
      await other.query('ROLLBACK')
    } finally {
      await other.end()
    }
    expect(await cleanUp()).toMatchObject({ kind: 'done', deletedSessions: 1, deletedEvents: 1 })
    expect(await count('revocations')).toBe(0)
    expect(await count('user_sessions WHERE successor_sealed IS NOT NULL')).toBe(0)
  })
})

describe('two runners of cleanup', () => {
  let second: Instance

  beforeEach(async () => {
    second = await startInstance({ DATABASE_URL: database.url })
    await insertSessions(4_500, '30 days', '1 second')
  })
  afterEach(() => second.close())

  it('that begin at once: one works, the other says that it runs elsewhere', async () => {
    const results = await Promise.all([cleanUp(instance), cleanUp(second)])
    expect(results.map(result => result.kind).sort()).toEqual(['done', 'running_elsewhere'])
    expect(results).toContainEqual(expect.objectContaining({ kind: 'done', deletedSessions: 4_500 }))
    expect(await count('user_sessions')).toBe(0)
  })

  it('of which one begins while the other is at work: it never takes the work over', async () => {
    let working = true
    let begin: () => void = () => undefined
    const begun = new Promise<void>(resolve => {
      begin = resolve
    })
    const first = instance.services.maintenance
      .cleanUp({ ...byCli, actor: 'test' }, { progress: () => begin() })
      .finally(() => {
        working = false
      })
    await begun
    const others: Awaited<ReturnType<typeof cleanUp>>[] = []
    // Again and again, so that it also asks between two batches.
    while (working) {
      others.push(await cleanUp(second))
      await sleep(3)
    }
    expect(await first).toMatchObject({ kind: 'done', deletedSessions: 4_500 })
    expect(others[0]?.kind).toBe('running_elsewhere')
    // Those that began when the first had just ended found nothing left.
    for (const other of others) {
      if (other.kind === 'done') expect(other).toMatchObject({ deletedSessions: 0, deletedEvents: 0 })
    }
  })
})

describe('expiry', () => {
  it('does not wait for cleanup: what has ended is refused before any ran, and just so after', async () => {
    const [ended, live] = [await signIn(), await signIn()]
    await sql(`UPDATE user_sessions SET expires_at = clock_timestamp() WHERE id = $1`, [ended.sessionId])
    const api = client(instance.url)
    const answers = async () => {
      const [verified, refreshed] = [
        await api.verify(ended.accessToken),
        await api.refresh(ended.refreshToken),
      ]
      return [verified, refreshed].map(({ status, body }) => [status, body['code']])
    }
    const refused = [
      [401, 'session_expired'],
      [401, 'session_expired'],
    ]
    expect(await answers()).toEqual(refused)
    expect(await api.sessions(live.accessToken)).toEqual([expect.objectContaining({ id: live.sessionId })])
    expect(await cleanUp()).toMatchObject({ deletedSessions: 1 })
    expect(await answers()).toEqual(refused)
    expect((await api.verify(live.accessToken)).status).toBe(204)
  })
})
