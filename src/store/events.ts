import { v7 as uuid } from 'uuid'
import { type SecurityEvent, severityOf } from '../session/events.ts'
import type { Executor } from './database.ts'
import { securityEvents } from './schema.ts'

/** Appends to the audit log, in the transaction of the change. */
export async function insertEvents(executor: Executor, events: readonly SecurityEvent[]): Promise<void> {
  if (events.length === 0) return
  await executor.insert(securityEvents).values(
    events.map(event => ({
      id: uuid(),
      type: event.type,
      severity: severityOf(event.type),
      userId: event.userId,
      sessionId: event.sessionId,
      actor: event.actor,
      ipAddress: event.origin.ipAddress,
      userAgent: event.origin.userAgent,
      details: event.details,
    })),
  )
}
