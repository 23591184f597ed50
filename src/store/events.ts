import { type SQL, sql } from 'drizzle-orm'
import { v7 as uuid } from 'uuid'
import { type SecurityEvent, severityOf } from '../session/events.ts'
import type { Executor } from './database.ts'
import { securityEvents } from './schema.ts'

/** Appends to the audit log, in the transaction of the change. */
export async function insertEvents(executor: Executor, events: readonly SecurityEvent[]): Promise<void> {
  if (events.length === 0) return
  await executor.insert(securityEvents).values(events.map(rowOf)).execute()
}

/**
 * The same as a part of the statement that makes the change. `behind` is what follows the rows, which are called
 * `event`: a join or a condition that leaves out those of changes that did not happen.
 */
export function eventsInserted(events: readonly SecurityEvent[], behind: SQL): SQL {
  const rows = JSON.stringify(events.map(rowOf))
  return sql`
    INSERT INTO security_events
      (id, type, severity, user_id, session_id, actor, ip_address, user_agent, details)
    SELECT event.* FROM jsonb_to_recordset(${rows}::jsonb) AS event
      (id uuid, type text, severity text, "userId" uuid, "sessionId" uuid, actor text, "ipAddress" inet,
       "userAgent" text, details jsonb)
    ${behind}`
}

function rowOf(event: SecurityEvent) {
  return {
    id: uuid(),
    type: event.type,
    severity: severityOf(event.type),
    userId: event.userId,
    sessionId: event.sessionId,
    actor: event.actor,
    ipAddress: event.origin.ipAddress,
    userAgent: event.origin.userAgent,
    details: event.details,
  }
}
