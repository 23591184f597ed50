import { sql } from 'drizzle-orm'
import { jsonb, pgTable, smallint, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { PublicJwk } from '../../../session/token/signing-key.ts'
import { bytea, instant } from './columns.ts'

export const signingKeys = pgTable('signing_keys', {
  kid: text().primaryKey(),
  alg: text().$type<'ES256'>().notNull(),
  publicJwk: jsonb('public_jwk').$type<PublicJwk>().notNull(),
  privateSealed: bytea('private_sealed').notNull(),
  createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
  signsFrom: instant('signs_from').notNull(),
  verifiesUntil: instant('verifies_until'),
})

/** Which `LATCHKEY_SECRET`s are in use somewhere, by the one-byte id that stands in tokens; nothing secret. */
export const secretIds = pgTable('secret_ids', {
  id: smallint().primaryKey(),
  firstSeenAt: instant('first_seen_at').notNull().default(sql`clock_timestamp()`),
  /** Every instance says each minute which ones it has. */
  lastSeenAt: instant('last_seen_at').notNull().default(sql`clock_timestamp()`),
})

/** Callers that are programs. The key itself is shown once and kept as SHA-256. */
export const serviceKeys = pgTable(
  'service_keys',
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    keyHash: bytea('key_hash').notNull(),
    scopes: text().array().notNull(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
  },
  table => [
    uniqueIndex('service_keys_by_hash').on(table.keyHash),
    uniqueIndex('service_keys_by_name').on(table.name).where(sql`${table.revokedAt} is null`),
  ],
)
