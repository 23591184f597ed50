import { eq, type SQL, sql } from 'drizzle-orm'
import type { Revoked } from '../../../session/ports.ts'
import type { Executor } from '../../postgres/database.ts'
import { revocations } from '../../postgres/schema/revocations.ts'
import { userSessions } from '../../postgres/schema/sessions.ts'
import { isCutOff, isCutOffBy } from './cutoffs.ts'

/** The entry on the feed of a session that was revoked. It stays for a day. */
export async function findRevocation(executor: Executor, sessionId: string): Promise<Revoked | null> {
  const { reason, xid } = revocations
  const [entry] = await executor
    .select({ reason, xid: sql<string>`${xid}::text` })
    .from(revocations)
    .where(eq(revocations.sessionId, sessionId))
  return entry === undefined ? null : { sessionId, ...entry, isNew: false }
}

/** A part of `user_sessions` in the order of its primary key. */
export type IdRange = { after: string; end: string }

/**
 * Marks what bulk revocations cover (or one of them does), and returns the ids that were not marked before. The fact
 * holds without it: this lets the row speak for itself.
 */
export async function markCutOffPage(
  executor: Executor,
  page: IdRange,
  by: { actor: string },
  covered: SQL<boolean> = isCutOff,
): Promise<string[]> {
  const marked = await executor.execute<{ id: string }>(sql`
    UPDATE user_sessions
    SET revoked_at = clock_timestamp(), revoked_reason = 'bulk', revoked_by = ${by.actor}, successor_sealed = NULL
    WHERE id IN (
      SELECT ${userSessions.id} FROM ${userSessions}
      WHERE ${userSessions.id} > ${page.after} AND ${userSessions.id} <= ${page.end}
        AND ${userSessions.revokedAt} IS NULL AND ${covered}
      ORDER BY ${userSessions.id} FOR NO KEY UPDATE)
    RETURNING id`)
  return marked.rows.map(row => row.id)
}

/** How many sessions of a page a bulk revocation covers that were not revoked when it was made. */
export async function countCutOffPage(executor: Executor, page: IdRange, cutoffId: string): Promise<number> {
  const counted = await executor.execute<{ count: number }>(sql`
    SELECT count(*)::int AS count FROM ${userSessions}
    WHERE ${userSessions.id} > ${page.after} AND ${userSessions.id} <= ${page.end} AND ${isCutOffBy(cutoffId)}
      AND (${userSessions.revokedAt} IS NULL
        OR ${userSessions.revokedAt} >= (SELECT created_at FROM cutoffs WHERE id = ${cutoffId}))`)
  return counted.rows[0]?.count ?? 0
}
