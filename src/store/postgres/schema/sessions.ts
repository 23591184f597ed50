import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { DeviceFacts } from '../../../session/device/device.ts'
import type { RevocationReason } from '../../../session/session.ts'
import { bytea, inet, instant } from './columns.ts'

/**
 * What rotation and activity change carries no index, so that those updates stay heap-only (HOT): they touch one
 * page and leave no index entry behind. The migration sets a fillfactor for it.
 */
export const userSessions = pgTable(
  'user_sessions',
  {
    id: uuid().primaryKey(),
    userId: uuid('user_id').notNull(),
    clientType: text('client_type').notNull(),
    authMethod: text('auth_method').notNull(),
    deviceName: text('device_name'),
    accessTokenHash: bytea('access_token_hash').notNull(),
    refreshTokenHash: bytea('refresh_token_hash').notNull(),
    previousAccessTokenHash: bytea('previous_access_token_hash'),
    previousRefreshTokenHash: bytea('previous_refresh_token_hash'),
    familyHash: bytea('family_hash').notNull(),
    /** One after another, 32 bytes each, newest first. */
    formerFamilyHashes: bytea('former_family_hashes'),
    formerTokenSeenAt: instant('former_token_seen_at'),
    successorSealed: bytea('successor_sealed'),
    rotation: integer().notNull().default(0),
    rotatedAt: instant('rotated_at').notNull(),
    createdAt: instant('created_at').notNull(),
    authenticatedAt: instant('authenticated_at').notNull(),
    lastActivityAt: instant('last_activity_at').notNull(),
    refreshExpiresAt: instant('refresh_expires_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
    revokedReason: text('revoked_reason').$type<RevocationReason>(),
    revokedBy: text('revoked_by'),
    /** When a refresh first came from another network, and another browser or system, than the sign-in. */
    contextChangedAt: instant('context_changed_at'),
    ipAddress: inet('ip_address'),
    userAgent: text('user_agent'),
    deviceInfo: jsonb('device_info').$type<DeviceFacts>().notNull(),
    metadata: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  },
  table => [
    index('user_sessions_by_user').on(table.userId, table.createdAt, table.id),
    index('user_sessions_by_expiry').on(table.expiresAt),
  ],
)

/** What has happened to sessions and can no longer be counted from their rows, by the minute. Kept two days. */
export const sessionCounts = pgTable(
  'session_counts',
  {
    minute: instant().notNull(),
    event: text().$type<'created' | 'refreshed' | 'revoked' | 'expired'>().notNull(),
    /** Why, for `revoked`; else empty. */
    reason: text().notNull().default(''),
    count: bigint({ mode: 'number' }).notNull(),
  },
  table => [primaryKey({ columns: [table.minute, table.event, table.reason] })],
)
