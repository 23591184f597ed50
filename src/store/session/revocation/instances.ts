import { sql } from 'drizzle-orm'
import type { MarkedOn } from '../../../session/ports.ts'
import type { FeedEntry, Standing } from '../../../session/revocation/propagation.ts'
import type { Database } from '../../postgres/database.ts'

/**
 * How far committed entries of the feed have come: whether they are still there, which other instances may not know
 * of them yet, and which of those read another Redis than the one that confirmed the marks. An instance that has not
 * been seen for longer than the window has no snapshot left that could count, and is not waited for.
 */
export async function readStanding(
  database: Database,
  entries: readonly FeedEntry[],
  others: { self: string; windowSeconds: number; markedOn: MarkedOn },
): Promise<Standing> {
  const ids = sql.param(entries.map(entry => entry.id))
  const xids = sql.param(entries.map(entry => entry.xid))
  return await database.run(async executor => {
    // A repeated revocation has put the entry on the feed anew, with a later transaction.
    const read = await executor.execute<{
      unaware: string
      unmarked: string
      lost: boolean
      now: string
    }>(sql`
      WITH entry AS (SELECT id, xid FROM unnest(${ids}::uuid[], ${xids}::xid8[]) AS entry (id, xid))
      SELECT count(*) AS unaware, extract(epoch FROM statement_timestamp()) * 1000 AS now,
        count(*) FILTER (WHERE redis_run_id IS NOT NULL AND redis_run_id IS DISTINCT FROM ${others.markedOn}) AS unmarked,
        EXISTS (SELECT FROM entry
          WHERE NOT EXISTS (SELECT FROM revocations r WHERE r.session_id = entry.id AND r.xid >= entry.xid)
            AND NOT EXISTS (SELECT FROM cutoffs c WHERE c.id = entry.id)
            AND NOT EXISTS (SELECT FROM role_changes c WHERE c.user_id = entry.id AND c.xid >= entry.xid)) AS lost
      FROM instances
      WHERE id <> ${others.self} AND seen_at > clock_timestamp() - make_interval(secs => ${others.windowSeconds})
        AND EXISTS (SELECT FROM entry WHERE NOT pg_visible_in_snapshot(entry.xid, acked))`)
    const [row] = read.rows
    if (row === undefined) throw new Error('an aggregate has one row')
    const { unaware, unmarked, lost, now } = row
    return { unaware: Number(unaware), unmarked: Number(unmarked), lost, now: Number(now) }
  })
}

/** How many of all instances may not know yet of what these transactions have written. */
export async function countUnaware(
  database: Database,
  xids: readonly string[],
  windowSeconds: number,
): Promise<number> {
  return await database.run(async executor => {
    const counted = await executor.execute<{ unaware: string }>(sql`
      SELECT count(*) AS unaware FROM instances
      WHERE seen_at > clock_timestamp() - make_interval(secs => ${windowSeconds})
        AND EXISTS (SELECT FROM unnest(${sql.param([...xids])}::xid8[]) AS entry (xid)
          WHERE NOT pg_visible_in_snapshot(entry.xid, acked))`)
    return Number(counted.rows[0]?.unaware)
  })
}
