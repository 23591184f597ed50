import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import { migrate } from '../../../src/store/postgres/migrate.ts'
import { type Answer, client, tokensOf } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { findProgram } from '../../support/debian-program.ts'
import { type RunningPooler, startPooler } from '../../support/pgbouncer.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { startStopwatch } from '../../support/stopwatch.ts'
import { type FreshStore, freshDatabase, freshRedis } from '../../support/stores.ts'

const program = await findProgram('pgbouncer', { libraries: ['libc-ares2'] })
const title = program.kind === 'found' ? '' : ` (skipped: ${program.reason})`

describe.skipIf(program.kind === 'none')(`behind PgBouncer in transaction mode${title}`, () => {
  let database: FreshStore
  let pooler: RunningPooler
  const instances: Instance[] = []

  beforeAll(async () => {
    database = await freshDatabase()
    pooler = await startPooler(program.kind === 'found' ? program.path : '', database.url)
    const redisUrl = (await freshRedis()).url
    for (let each = 0; each < 2; each++) {
      instances.push(
        await startInstance({
          DATABASE_URL: pooler.url,
          DATABASE_POOLER: 'transaction',
          REDIS_URL: redisUrl,
          NEAR_CACHE_MAX_SESSIONS: '0',
          CACHE_TTL_SECONDS: '0',
        }),
      )
    }
  })
  afterAll(async () => {
    for (const instance of instances) await instance.close()
    await pooler?.stop()
    await database?.drop()
  })

  function instance(index: number): Instance {
    const found = instances[index]
    if (found === undefined) throw new Error(`there is no instance ${index}`)
    return found
  }

  /** What went wrong while a person signs in on one instance, goes to and fro between both, and signs out. */
  async function failuresOf(email: string, home: number): Promise<Answer[]> {
    const here = client(instance(home).url)
    const there = client(instance(1 - home).url)
    const onBoth = (token: string) => Promise.all([here.verify(token), there.verify(token)])
    const wrong: Answer[] = []
    let tokens = await here.signIn(email)
    for (let round = 0; round < 10; round++) {
      wrong.push(...(await onBoth(tokens.accessToken)).filter(({ status }) => status !== 204))
      tokens = tokensOf(await there.refresh(tokens.refreshToken))
    }
    const out = await here.call('POST', '/v1/auth/logout', { token: tokens.accessToken })
    wrong.push(...[out].filter(({ status }) => status !== 204))
    return [...wrong, ...(await onBoth(tokens.accessToken)).filter(({ status }) => status !== 401)]
  }

  it('two instances share four connections: sign-in, refresh, verify and revocation work as without it', async () => {
    const people = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const email = `pooled-${index}@example.test`
        await createUser(instance(index % 2).services, email)
        return email
      }),
    )
    const failed = await Promise.all(people.map((email, index) => failuresOf(email, index % 2)))
    expect(failed.flat()).toEqual([])
  })

  it('transactions have their timeouts, and leave none behind for whoever gets the connection next', async () => {
    const email = 'locked-row@example.test'
    const userId = await createUser(instance(0).services, email)
    const holder = new pg.Client({ connectionString: database.url })
    await holder.connect()
    try {
      await holder.query('BEGIN')
      await holder.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [userId])
      const stopwatch = startStopwatch()
      const answer = await client(instance(0).url).call('POST', '/v1/auth/login', {
        body: { email, password: goodPassword },
      })
      expect([answer.status, answer.body['code']]).toEqual([503, 'store_unavailable'])
      expect(stopwatch.readMs()).toBeLessThan(2_000)
      // The server gave up by itself: nobody waits for the row any more.
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
      expect(await query(database.url, waiting)).toEqual([])
    } finally {
      await holder.end()
    }
    const left = await Promise.all(
      Array.from({ length: 4 }, () => query(pooler.url, 'SHOW statement_timeout')),
    )
    expect(left.flat()).toEqual(Array.from({ length: 4 }, () => ({ statement_timeout: '0' })))
  })

  it('cleanup takes its lock, and a second runner is told so or finds nothing left', async () => {
    await query(database.url, `UPDATE user_sessions SET expires_at = now() - interval '1 hour'`)
    const runs = await Promise.all(instances.map(({ services }) => services.maintenance.cleanUp(byCli)))
    const done = runs.flatMap(run => (run.kind === 'done' ? [run.deletedSessions] : []))
    expect(done.reduce((sum, deleted) => sum + deleted, 0)).toBe(8)
  })

  it('migrations can be applied', async () => {
    const empty = await freshDatabase()
    await query(empty.url, 'DROP SCHEMA public CASCADE; DROP SCHEMA drizzle CASCADE; CREATE SCHEMA public')
    const other = await startPooler(program.kind === 'found' ? program.path : '', empty.url)
    try {
      expect(await migrate(other.url)).toBeGreaterThan(0)
      expect(await migrate(other.url)).toBe(0)
    } finally {
      await other.stop()
      await empty.drop()
    }
  })
})
