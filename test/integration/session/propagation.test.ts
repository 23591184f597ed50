import pg from 'pg'
import { v7 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatabase } from '../../../src/store/postgres/database.ts'
import { readStanding } from '../../../src/store/session/revocation/instances.ts'
import { client, type Tokens } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { createUser, type Instance, secret, startInstance } from '../../support/service.ts'
import { startProcess } from '../../support/service-process.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

let databaseUrl: string
let instances: [Instance, Instance, Instance]
let owner: Tokens

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  const environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: (await freshRedis()).url,
    MAX_SESSIONS_PER_USER: '1000',
  }
  instances = await Promise.all([
    startInstance(environment),
    startInstance(environment),
    startInstance(environment),
  ])
  await createUser(instances[0].services, 'owner@example.test')
  owner = await client(instances[0].url).signIn('owner@example.test')
})

afterAll(async () => {
  await Promise.all(instances.map(instance => instance.close()))
})

/** A session more, that every instance keeps a snapshot of; opened without the cost of a password. */
async function openSession(): Promise<{ sessionId: string; accessToken: string }> {
  const [{ services }] = instances
  const [user] = await query<{ id: string }>(databaseUrl, 'SELECT id FROM users')
  const started = await services.sessions.start({
    userId: user?.id ?? '',
    clientType: 'web',
    authMethod: 'password',
    deviceName: null,
    origin: { ipAddress: null, userAgent: null },
    stillStands: () => true,
  })
  if (started.kind !== 'started') throw new Error(started.kind)
  const { accessToken } = started.tokens
  for (const { url } of instances) expect((await client(url).verify(accessToken)).status).toBe(204)
  return { sessionId: started.sessionId, accessToken }
}

async function revoke(sessionId: string) {
  return await client(instances[0].url).call('DELETE', `/v1/sessions/${sessionId}`, {
    token: owner.accessToken,
  })
}

describe('a revocation', () => {
  it('is refused by every other instance at the next verify, 300 times out of 300', async () => {
    const [, b, c] = instances
    for (let round = 0; round < 300; round++) {
      const { sessionId, accessToken } = await openSession()
      expect((await revoke(sessionId)).status).toBe(204)
      const answers = await Promise.all([b, c].map(({ url }) => client(url).verify(accessToken)))
      expect(answers.map(answer => answer.body['reason'])).toEqual(['user', 'user'])
    }
  })

  it('does not wait for a transaction of somebody else that runs for long', async () => {
    const other = new pg.Client({ connectionString: databaseUrl })
    await other.connect()
    try {
      await other.query('BEGIN')
      await other.query('SELECT pg_current_xact_id()')
      const { sessionId, accessToken } = await openSession()
      const acknowledged = await query<{ waiting: string }>(
        databaseUrl,
        'SELECT count(*) AS waiting FROM instances WHERE acked IS NOT NULL',
      )
      expect(Number(acknowledged[0]?.waiting)).toBe(3)
      expect((await revoke(sessionId)).status).toBe(204)
      expect((await client(instances[1].url).verify(accessToken)).status).toBe(401)
    } finally {
      await other.end()
    }
  })

  it('holds when the row is gone: a sign-out still ends what a snapshot would say yes to', async () => {
    const { sessionId, accessToken } = await openSession()
    await query(databaseUrl, 'DELETE FROM user_sessions WHERE id = $1', [sessionId])
    const signOut = await client(instances[0].url).call('POST', '/v1/auth/logout', { token: accessToken })
    expect(signOut.status).toBe(204)
    expect((await client(instances[1].url).verify(accessToken)).status).toBe(401)
  })

  it('is waited for again when it is repeated, and is not written again', async () => {
    const { sessionId } = await openSession()
    const xid = async () => {
      const [row] = await query<{ xid: string }>(
        databaseUrl,
        'SELECT xid::text FROM revocations WHERE session_id = $1',
        [sessionId],
      )
      return BigInt(row?.xid ?? 0)
    }
    expect((await revoke(sessionId)).status).toBe(204)
    const first = await xid()
    await query(
      databaseUrl,
      `INSERT INTO instances (id, seen_at, acked, redis_run_id) VALUES (gen_random_uuid(), now(), '1:1:', 'another')`,
    )
    expect((await revoke(sessionId)).body['code']).toBe('revocation_unconfirmed')
    await query(databaseUrl, `DELETE FROM instances WHERE acked::text = '1:1:'`)
    expect((await revoke(sessionId)).status).toBe(204)
    expect(await xid()).toBe(first)
  })

  it('is written again when it is repeated and its entry is gone, once', async () => {
    const { sessionId } = await openSession()
    expect((await revoke(sessionId)).status).toBe(204)
    await query(databaseUrl, 'DELETE FROM revocations WHERE session_id = $1', [sessionId])
    const entries = () =>
      query<{ xid: string }>(databaseUrl, 'SELECT xid::text FROM revocations WHERE session_id = $1', [
        sessionId,
      ])
    expect((await revoke(sessionId)).status).toBe(204)
    const again = await entries()
    expect(again).toHaveLength(1)
    expect((await revoke(sessionId)).status).toBe(204)
    expect(await entries()).toEqual(again)
  })

  it('waits for instances that may read another Redis, and not without end: they say so in Postgres', async () => {
    const { sessionId } = await openSession()
    await expect
      .poll(() => query(databaseUrl, 'SELECT DISTINCT redis_run_id AS run_id FROM instances'))
      .toEqual([{ run_id: expect.stringMatching(/^[0-9a-f]{40}$/) }])
    // Looks like an instance that is cut off: alive a moment ago, and silent since.
    const silent = async (redisRunId: string | null) =>
      await query(
        databaseUrl,
        `INSERT INTO instances (id, seen_at, acked, redis_run_id) VALUES (gen_random_uuid(), now(), '1:1:', $1)
         ON CONFLICT DO NOTHING`,
        [redisRunId],
      )
    await silent(null)
    expect((await revoke(sessionId)).status).toBe(204)
    await silent('another Redis')
    expect((await revoke(sessionId)).body['code']).toBe('revocation_unconfirmed')
    await query(databaseUrl, `DELETE FROM instances WHERE acked::text = '1:1:'`)
    expect((await revoke(sessionId)).status).toBe(204)
  })

  it('waits no more for an instance that was killed, once another listens in its place', async () => {
    const environment = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: (await freshRedis()).url,
      LATCHKEY_SECRET: secret,
    }
    const listed = () =>
      query(
        databaseUrl,
        'SELECT id, redis_run_id IS NULL AS reads_none FROM instances WHERE acked IS NOT NULL',
      )
    const killed = await startProcess(environment)
    await expect.poll(listed).toHaveLength(4)
    await killed.kill()
    // As if the Redis that it noted were lost with it: nobody can mark anything there.
    await query(
      databaseUrl,
      `UPDATE instances SET redis_run_id = 'lost' WHERE place IS NOT NULL AND place LIKE $1`,
      [`%:${killed.port}`],
    )
    const { sessionId } = await openSession()
    expect((await revoke(sessionId)).body['code']).toBe('revocation_unconfirmed')

    const successor = await startProcess({ ...environment, PORT: String(killed.port) })
    try {
      await expect.poll(listed).toHaveLength(4)
      expect((await revoke(sessionId)).status).toBe(204)
    } finally {
      await successor.stop()
    }
  })

  it('that the database has lost, as in a failover, is known to be lost', async () => {
    const { sessionId } = await openSession()
    expect((await revoke(sessionId)).status).toBe(204)
    const [entry] = await query<{ id: string; xid: string }>(
      databaseUrl,
      'SELECT session_id AS id, xid::text FROM revocations WHERE session_id = $1',
      [sessionId],
    )
    if (entry === undefined) throw new Error('the revocation is not on the feed')
    const database = createDatabase(databaseUrl, 1)
    const others = { self: uuid(), windowSeconds: 60, markedOn: null }
    const later = String(BigInt(entry.xid) + 1n)
    try {
      expect(await readStanding(database, [entry], others)).toMatchObject({ unaware: 0, lost: false })
      expect(await readStanding(database, [{ ...entry, xid: later }], others)).toMatchObject({ lost: true })
      expect(await readStanding(database, [{ ...entry, id: uuid() }], others)).toMatchObject({ lost: true })
    } finally {
      await database.close()
    }
  })

  it('is not held up by an instance that has stopped in an orderly way', async () => {
    const passing = await startInstance({ DATABASE_URL: databaseUrl, REDIS_URL: 'redis://127.0.0.1:1' })
    await expect
      .poll(() => query(databaseUrl, 'SELECT id FROM instances WHERE acked IS NOT NULL'))
      .toHaveLength(4)
    await passing.close()
    expect(await query(databaseUrl, 'SELECT id FROM instances WHERE acked IS NOT NULL')).toHaveLength(3)
  })
})
