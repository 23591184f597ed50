import type pg from 'pg'

/** What the statements of the feed have cost the database, by its own account (`pg_stat_statements`). */
export type DatabaseCost = { statements: number; totalMs: number; maxMs: number }

/** Reads and resets. Planning counts as well. */
export async function takeDatabaseCost(database: pg.Client): Promise<DatabaseCost> {
  const { rows } = await database.query<{ statements: string; total: number | null; max: number | null }>(
    `SELECT coalesce(sum(calls), 0) AS statements, sum(total_exec_time + total_plan_time) AS total,
       max(max_exec_time + max_plan_time) AS max
     FROM pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND (query LIKE '%FROM revocations%' OR query LIKE '%UPDATE instances%')
       AND query NOT LIKE '%pg_stat_statements%'`,
  )
  await database.query('SELECT pg_stat_statements_reset()')
  const [row] = rows
  return { statements: Number(row?.statements ?? 0), totalMs: row?.total ?? 0, maxMs: row?.max ?? 0 }
}

/** Ends these connections at once, as a restart of Postgres or of a pooler does. */
export async function cutConnections(database: pg.Client, names: readonly string[]): Promise<void> {
  await database.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ANY($1)',
    [names],
  )
}

/** Revocations of that time, evenly spread over it. */
export async function insertRevocations(
  database: pg.Client,
  rows: number,
  { fromSecondsAgo, toSecondsAgo }: { fromSecondsAgo: number; toSecondsAgo: number },
): Promise<void> {
  await database.query(
    `INSERT INTO revocations (session_id, reason, actor, created_at)
     SELECT gen_random_uuid(), 'user', 'bench',
       clock_timestamp() - make_interval(secs => $2::float - ($2::float - $3::float) * n / $1)
     FROM generate_series(1, $1::int) AS n`,
    [rows, fromSecondsAgo, toSecondsAgo],
  )
  await database.query('ANALYZE revocations')
}
