import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '../support/until.ts'
import type { Bench } from './bench.ts'
import { buildFolder } from './instance.ts'
import type { Row } from './row.ts'

const execute = promisify(execFile)

/** Enough batches that the runners meet. */
const expiredSessions = 20_000

/** Nothing is broken here, and nothing may fail. */
export const upkeepRows: readonly Row[] = [
  {
    title: 'cleanup runs on all instances, and three times more at once from outside',
    async fault({ bench }) {
      const before = await deletedByCleanup(bench)
      await insertExpired(bench)
      const runs = await Promise.all([cleanUp(bench), cleanUp(bench), cleanUp(bench)])
      const ownCount = runs.reduce((sum, { deletedSessions = 0 }) => sum + deletedSessions, 0)
      // Who comes second has gone away at once; whoever is at it may be an instance, and tells when it is done.
      let deleted = 0
      await until('the expired sessions are deleted', async () => {
        deleted = (await deletedByCleanup(bench)) - before
        return deleted >= expiredSessions
      })
      const left = await countExpired(bench)
      if (left === 0 && deleted === expiredSessions && ownCount <= deleted) return
      throw new Error(
        `of ${expiredSessions} expired sessions ${left} are left; the events tell of ${deleted} deleted, the commands of ${ownCount}`,
      )
    },
  },
]

type CleanupRun = { deletedSessions?: number }

/** As cron would. Somebody else at it is no failure. */
async function cleanUp(bench: Bench): Promise<CleanupRun> {
  const command = [join(buildFolder, 'cli.js'), 'cleanup', '--once', '--json']
  const { stdout } = await execute(process.execPath, command, {
    env: { ...bench.environment, DATABASE_URL: bench.postgres().url() },
  })
  const run: CleanupRun = JSON.parse(stdout)
  return run
}

/** Of a user whom nobody knows, as every cleanup finds them. */
async function insertExpired(bench: Bench): Promise<void> {
  await bench.postgres().query(
    `INSERT INTO user_sessions (id, user_id, client_type, auth_method, access_token_hash, refresh_token_hash,
       family_hash, rotated_at, created_at, authenticated_at, last_activity_at, refresh_expires_at, expires_at,
       device_info)
     SELECT gen_random_uuid(), gen_random_uuid(), 'web', 'password', '', '', '', ended, ended, ended, ended, ended, ended,
       '{}' FROM generate_series(1, $1), (SELECT now() - interval '400 days') AS past (ended)`,
    [expiredSessions],
  )
}

async function countExpired(bench: Bench): Promise<number> {
  const [row] = await bench
    .postgres()
    .query<{ count: number }>('SELECT count(*)::int AS count FROM user_sessions WHERE expires_at < now()')
  return row?.count ?? 0
}

/** Each runner that has deleted anything leaves an event; so nothing is counted twice, or not at all. */
async function deletedByCleanup(bench: Bench): Promise<number> {
  const [row] = await bench.postgres().query<{ sum: number }>(
    `SELECT coalesce(sum((details->>'deletedSessions')::int), 0)::int AS sum
     FROM security_events WHERE type = 'cleanup_ran'`,
  )
  return row?.sum ?? 0
}
