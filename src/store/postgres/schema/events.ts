import { sql } from 'drizzle-orm'
import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { EventType } from '../../../session/events.ts'
import { inet, instant } from './columns.ts'

/**
 * The audit log. Appended in the transaction of the change; deleted only by cleanup, after its retention. The two
 * exceptions are functions of the database (`delete_old_security_events`, `forget_deleted_user`), so that the server's
 * own role need not be able to change or delete what is on record (docs/grants.sql).
 */
export const securityEvents = pgTable(
  'security_events',
  {
    id: uuid().primaryKey(),
    type: text().$type<EventType>().notNull(),
    severity: text().$type<'info' | 'warning' | 'critical'>().notNull(),
    userId: uuid('user_id'),
    sessionId: uuid('session_id'),
    actor: text().notNull(),
    ipAddress: inet('ip_address'),
    userAgent: text('user_agent'),
    details: jsonb().$type<object>().notNull(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
  },
  table => [
    index('security_events_by_creation').on(table.createdAt, table.id),
    index('security_events_by_user').on(table.userId, table.createdAt),
    index('security_events_by_session').on(table.sessionId, table.createdAt),
    index('security_events_by_type').on(table.type, table.createdAt, table.id),
    // What people (ids are this long) have done to others: few rows, looked for when such a person is deleted.
    index('security_events_by_actor')
      .on(table.actor)
      .where(sql`length(${table.actor}) = 36 AND ${table.actor} IS DISTINCT FROM ${table.userId}::text`),
  ],
)
