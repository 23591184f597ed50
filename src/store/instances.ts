import { sql } from 'drizzle-orm'
import type { Database } from './database.ts'

/**
 * How many instances may not know yet of what these transactions have written. An instance that has not been seen for
 * longer than the window has no snapshot left that could count, and is not waited for.
 */
export async function countUnawareInstances(
  database: Database,
  xids: readonly string[],
  self: string,
  windowSeconds: number,
): Promise<number> {
  return await database.run(async executor => {
    const counted = await executor.execute<{ unaware: string }>(sql`
      SELECT count(*) AS unaware FROM instances
      WHERE id <> ${self} AND seen_at > clock_timestamp() - make_interval(secs => ${windowSeconds})
        AND EXISTS (SELECT FROM unnest(${sql.param([...xids])}::xid8[]) AS x (id) WHERE NOT pg_visible_in_snapshot(x.id, acked))`)
    return Number(counted.rows[0]?.unaware)
  })
}
