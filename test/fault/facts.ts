import type { PostgresServer } from './postgres-server.ts'

/** What stands in Postgres when everything is over. */
export type DatabaseFacts = {
  sessions: readonly SessionFact[]
  events: readonly EventFact[]
  /** Sessions on the feed of revocations. */
  announced: ReadonlySet<string>
}

export type SessionFact = { id: string; user: string; rotation: number; revokedReason: string | null }

export type EventFact = {
  type: string
  user: string | null
  session: string | null
  /** Of `session_limit_reached`: the sessions that had to go. */
  evicted: readonly string[]
}

/** Of these users only: every row has its own. */
export async function readFacts(postgres: PostgresServer, users: readonly string[]): Promise<DatabaseFacts> {
  const sessions = await postgres.query<SessionFact>(
    `SELECT id, user_id AS user, rotation, revoked_reason AS "revokedReason"
     FROM user_sessions WHERE user_id = ANY($1)`,
    [users],
  )
  const events = await postgres.query<EventFact>(
    `SELECT type, user_id AS user, session_id AS session,
       ARRAY(SELECT jsonb_array_elements_text(coalesce(details->'evicted', '[]'))) AS evicted
     FROM security_events WHERE user_id = ANY($1)`,
    [users],
  )
  const announced = await postgres.query<{ session: string }>(
    `SELECT session_id AS session FROM revocations
     WHERE session_id IN (SELECT id FROM user_sessions WHERE user_id = ANY($1))`,
    [users],
  )
  return { sessions, events, announced: new Set(announced.map(({ session }) => session)) }
}
