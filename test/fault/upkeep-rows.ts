import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Bench } from './bench.ts'
import { buildFolder } from './instance.ts'
import type { Row } from './row.ts'

const execute = promisify(execFile)

/** Nothing is broken here, and nothing may fail. */
export const upkeepRows: readonly Row[] = [
  {
    title: 'cleanup runs three times at once',
    async fault({ bench }) {
      const before = await insertExpired(bench)
      const cleanUp = () =>
        execute(process.execPath, [join(buildFolder, 'cli.js'), 'cleanup', '--once'], {
          env: { ...bench.environment, DATABASE_URL: bench.postgres().url() },
        })
      await Promise.all([cleanUp(), cleanUp(), cleanUp()])
      const after = await countExpired(bench)
      if (before === 0 || after !== 0) throw new Error(`cleanup left ${after} of ${before} expired sessions`)
    },
  },
]

/** Of a user whom nobody knows, as every cleanup finds them. */
async function insertExpired(bench: Bench): Promise<number> {
  await bench.postgres().query(
    `INSERT INTO user_sessions (id, user_id, client_type, auth_method, access_token_hash, refresh_token_hash,
       family_hash, rotated_at, created_at, authenticated_at, last_activity_at, refresh_expires_at, expires_at,
       device_info)
     SELECT gen_random_uuid(), gen_random_uuid(), 'web', 'password', '', '', '', ended, ended, ended, ended, ended, ended,
       '{}' FROM generate_series(1, 5000), (SELECT now() - interval '400 days') AS past (ended)`,
  )
  return await countExpired(bench)
}

async function countExpired(bench: Bench): Promise<number> {
  const [row] = await bench
    .postgres()
    .query<{ count: number }>('SELECT count(*)::int AS count FROM user_sessions WHERE expires_at < now()')
  return row?.count ?? 0
}
