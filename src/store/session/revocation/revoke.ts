import { sql } from 'drizzle-orm'
import { v7 as uuid } from 'uuid'
import type { SecurityEvent } from '../../../session/events.ts'
import type { Revoked } from '../../../session/ports.ts'
import type { Actor, RevocationReason } from '../../../session/session.ts'
import type { Executor } from '../../postgres/database.ts'
import { eventRows, eventsInserted } from '../events.ts'

/**
 * Marks the rows, and appends every session to the feed: a repeated revoke is announced, and waited for, like the
 * first. The rows are locked in the order of their ids.
 */
export async function revokeSessions(
  executor: Executor,
  events: readonly SecurityEvent[],
  by: { reason: RevocationReason; actor: Actor },
): Promise<Revoked[]> {
  const rows = eventRows(events)
  const sessionIds = sql.param(events.map(event => event.sessionId))
  const revoked = await executor.execute<Revoked>(sql`
    WITH locked AS (
      SELECT id, coalesce(revoked_reason, ${by.reason}) AS reason, revoked_at IS NULL AS is_new
      FROM user_sessions WHERE id = ANY(${sessionIds}::uuid[]) ORDER BY id FOR NO KEY UPDATE
    ), marked AS (
      UPDATE user_sessions AS session
      SET revoked_at = clock_timestamp(), revoked_reason = ${by.reason}, revoked_by = ${by.actor},
        successor_sealed = NULL
      FROM locked WHERE session.id = locked.id AND locked.is_new
    ), recorded AS (
      ${eventsInserted(rows, sql`JOIN locked ON locked.id = event."sessionId" WHERE locked.is_new`)}
    ), announced AS (
      INSERT INTO revocations (session_id, reason, actor, operation_id)
      SELECT id, reason, ${by.actor}, ${uuid()} FROM locked
      ON CONFLICT (session_id) DO UPDATE SET xid = excluded.xid, created_at = excluded.created_at
    )
    SELECT id AS "sessionId", reason, is_new AS "isNew", pg_current_xact_id()::text AS xid FROM locked`)
  return revoked.rows
}

export async function revokeLostSession(
  executor: Executor,
  sessionId: string,
  { reason, actor }: { reason: RevocationReason; actor: Actor },
): Promise<Revoked> {
  const announced = await executor.execute<{ xid: string }>(sql`
    INSERT INTO revocations (session_id, reason, actor, operation_id)
    VALUES (${sessionId}, ${reason}, ${actor}, ${uuid()})
    ON CONFLICT (session_id) DO UPDATE SET xid = excluded.xid, created_at = excluded.created_at
    RETURNING xid::text`)
  return { sessionId, reason, isNew: false, xid: announced.rows[0]?.xid ?? '' }
}
