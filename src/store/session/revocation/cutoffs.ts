import { type SQL, sql } from 'drizzle-orm'
import type { Instant } from '../../../clock.ts'
import type { Executor } from '../../postgres/database.ts'
import { type CutoffScope, cutoffs } from '../../postgres/schema/revocations.ts'
import { userSessions } from '../../postgres/schema/sessions.ts'

/**
 * Whether a bulk revocation covers the session of the surrounding statement. Asked by every statement that decides
 * about a session, so that a cut-off holds at once, before its rows have been marked. The table is tiny.
 */
export const isCutOff = isCoveredBy(sql`true`)

/** The same, by this one of them. */
export function isCutOffBy(id: string): SQL<boolean> {
  return isCoveredBy(sql`${cutoffs.id} = ${id}`)
}

function isCoveredBy(which: SQL): SQL<boolean> {
  return sql<boolean>`EXISTS (
  SELECT FROM ${cutoffs} WHERE ${which} AND ${userSessions.createdAt} < ${cutoffs.issuedBefore} AND CASE ${cutoffs.scope}
    WHEN 'client_type' THEN ${cutoffs.subject} = ${userSessions.clientType}
    WHEN 'ip' THEN ${userSessions.ipAddress} <<= ${cutoffs.subject}::inet
    ELSE true END)`
}

export type NewCutoff = {
  id: string
  scope: CutoffScope
  subject: string | null
  /** Null: now, by the database's clock. */
  issuedBefore: Instant | null
  reason: string
  actor: string
}

/** Records a bulk revocation; from its commit on it holds for whoever asks Postgres. */
export async function insertCutoff(
  executor: Executor,
  cutoff: NewCutoff,
): Promise<{ issuedBefore: Instant; xid: string }> {
  const [row] = await executor
    .insert(cutoffs)
    .values({ ...cutoff, issuedBefore: cutoff.issuedBefore ?? sql`clock_timestamp()` })
    .returning({ issuedBefore: cutoffs.issuedBefore, xid: cutoffs.xid })
  if (row === undefined) throw new Error('the new cut-off was not returned')
  return row
}
