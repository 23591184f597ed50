import { sql } from 'drizzle-orm'
import type { Database, Executor } from '../postgres/database.ts'

/** How long a session of each client type may be idle, in seconds. */
export type IdleLimits = readonly { clientType: string; seconds: number }[]

/** Adds to the refreshes of this minute. */
export async function addRefreshes(database: Database, refreshes: number): Promise<void> {
  await database.run(async executor => {
    await executor.execute(sql`
      INSERT INTO session_counts (minute, event, count)
      VALUES (date_trunc('minute', clock_timestamp()), 'refreshed', ${refreshes})
      ON CONFLICT (minute, event, reason) DO UPDATE SET count = session_counts.count + excluded.count`)
  })
}

/**
 * Deletes a batch of sessions past their absolute limit. What happened to them lately can no longer be counted from
 * their rows, so it is added to the counts of its minutes, in the same statement.
 */
export async function deleteExpiredSessions(
  executor: Executor,
  { batchSize, idleLimits }: { batchSize: number; idleLimits: IdleLimits },
): Promise<number> {
  const deleted = await executor.execute<{ count: number }>(sql`
    WITH deleted AS (
      DELETE FROM user_sessions WHERE id IN (
        SELECT id FROM user_sessions WHERE expires_at < statement_timestamp()
        ORDER BY expires_at LIMIT ${batchSize} FOR UPDATE SKIP LOCKED)
      RETURNING client_type, created_at, last_activity_at, expires_at, revoked_at, revoked_reason
    ), happened AS (
      SELECT 'created' AS event, '' AS reason, created_at AS at FROM deleted
      UNION ALL
      SELECT 'revoked', coalesce(revoked_reason, 'admin'), revoked_at FROM deleted WHERE revoked_at IS NOT NULL
      UNION ALL
      SELECT 'expired', '', least(expires_at, last_activity_at + coalesce(idle.timeout, '0'))
      FROM deleted LEFT JOIN ${idleTable(idleLimits)} USING (client_type) WHERE revoked_at IS NULL
    ), counted AS (
      INSERT INTO session_counts (minute, event, reason, count)
      SELECT date_trunc('minute', at), event, reason, count(*) FROM happened
      WHERE at > statement_timestamp() - interval '1 day' GROUP BY 1, 2, 3
      ON CONFLICT (minute, event, reason) DO UPDATE SET count = session_counts.count + excluded.count
    )
    SELECT count(*)::int AS count FROM deleted`)
  return deleted.rows[0]?.count ?? 0
}

export async function deleteOldCounts(executor: Executor): Promise<void> {
  await executor.execute(
    sql`DELETE FROM session_counts WHERE minute < statement_timestamp() - interval '2 days'`,
  )
}

/** The limits as a table `idle (client_type, timeout)`. */
export function idleTable(idleLimits: IdleLimits) {
  const clientTypes = sql.param(idleLimits.map(limit => limit.clientType))
  const seconds = sql.param(idleLimits.map(limit => limit.seconds))
  return sql`(SELECT client_type, make_interval(secs => seconds) AS timeout
    FROM unnest(${clientTypes}::text[], ${seconds}::float8[]) AS given (client_type, seconds)) AS idle`
}
