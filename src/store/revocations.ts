import { sql } from 'drizzle-orm'
import { isCutOff } from './cutoffs.ts'
import type { Database, Executor } from './database.ts'
import { firstId, lastId, pageEnd } from './pages.ts'
import { userSessions } from './schema.ts'

/**
 * Marks the rows that bulk revocations cover, page by page behind the fact. Yields the ids of each page that were not
 * marked before, and ends when the table has been walked once.
 */
export async function* markCutOffSessions(
  database: Database,
  by: { actor: string },
  pageSize = 1_000,
): AsyncGenerator<string[]> {
  let after = firstId
  while (after !== lastId) {
    const page = await database.transaction(async executor => {
      const end = (await pageEnd(executor, after, pageSize)) ?? lastId
      const ids = await markCutOffPage(executor, { after, end }, by)
      return { end, ids }
    })
    after = page.end
    yield page.ids
  }
}

/** Marks what is covered on one page, and returns the ids that were not marked before. */
export async function markCutOffPage(
  executor: Executor,
  page: { after: string; end: string },
  by: { actor: string },
): Promise<string[]> {
  const marked = await executor.execute<{ id: string }>(sql`
    UPDATE user_sessions
    SET revoked_at = clock_timestamp(), revoked_reason = 'bulk', revoked_by = ${by.actor}, successor_sealed = NULL
    WHERE id IN (
      SELECT ${userSessions.id} FROM ${userSessions}
      WHERE ${userSessions.id} > ${page.after} AND ${userSessions.id} <= ${page.end}
        AND ${userSessions.revokedAt} IS NULL AND ${isCutOff}
      ORDER BY ${userSessions.id} FOR NO KEY UPDATE)
    RETURNING id`)
  return marked.rows.map(row => row.id)
}
