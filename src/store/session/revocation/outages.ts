import { sql } from 'drizzle-orm'
import type { Outage } from '../../../session/continuity.ts'
import { unheardMs } from '../../../session/revocation/feed.ts'
import type { Database } from '../../postgres/database.ts'

/** As many as an instance remembers. */
const most = 100

/**
 * When no instance could use the database: what is on record, and the outage that ends now, if there is one. An instance
 * that starts beside others finds none, and so opens no grace that is over.
 */
export async function readOutages(database: Database): Promise<Outage[]> {
  const seconds = unheardMs / 1000
  const read = await database.run(executor =>
    executor.execute<{ began: string; ended: string }>(sql`
      SELECT extract(epoch FROM began_at) * 1000 AS began, extract(epoch FROM ended_at) * 1000 AS ended FROM (
        SELECT began_at, ended_at FROM outages
        UNION ALL SELECT max(seen_at) + make_interval(secs => ${seconds}), clock_timestamp() FROM instances
      ) AS known WHERE began_at < ended_at ORDER BY ended_at DESC LIMIT ${most}`),
  )
  return read.rows.map(({ began, ended }) => ({ from: Number(began), to: Number(ended) }))
}
