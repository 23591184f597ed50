import { sql } from 'drizzle-orm'
import { index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { bytea, instant, xid8 } from './columns.ts'

export const users = pgTable(
  'users',
  {
    id: uuid().primaryKey(),
    email: text().notNull(),
    /** argon2id in the PHC string format, or an imported one; null for a user who signs in elsewhere. */
    passwordHash: text('password_hash'),
    roles: text().array().notNull().default(sql`'{}'`),
    disabledAt: instant('disabled_at'),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    /** Counts what ends all device tokens. 0: there may be tokens of version 0.1, which name no epoch. */
    deviceEpoch: integer('device_epoch').notNull().default(1),
  },
  table => [
    uniqueIndex('users_by_email').on(sql`lower(${table.email})`),
    // By its bytes, so that the beginning of an address finds its range, whatever the database's collation.
    index('users_by_address').on(sql`(lower(${table.email}) COLLATE "C")`),
    // Which hashes there are that are not of today's parameters. A change of these needs another index.
    index('users_by_imported_hash')
      .on(sql`(left(${table.passwordHash}, 64) COLLATE "C")`)
      .where(sql`${table.passwordHash} NOT LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'`),
  ],
)

/**
 * Whose roles or password have changed lately: instances follow it, and use no older snapshot of these users. One row a
 * user, kept a day. Version 0.1 reads it under this name.
 */
export const userChanges = pgTable(
  'role_changes',
  {
    userId: uuid('user_id').primaryKey(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    xid: xid8().notNull().default(sql`pg_current_xact_id()`),
  },
  table => [index('role_changes_by_xid').on(table.xid)],
)

/** Failed sign-ins, by a keyed hash of the lower-cased address: also for addresses that nobody has. */
export const loginThrottles = pgTable(
  'login_throttles',
  {
    subjectHash: bytea('subject_hash').notNull(),
    /** Empty for everybody; a known device is counted apart, so that an attacker cannot lock the owner out. */
    deviceId: text('device_id').notNull().default(''),
    failures: integer().notNull().default(0),
    windowStartedAt: instant('window_started_at').notNull(),
    locks: integer().notNull().default(0),
    lockedUntil: instant('locked_until'),
    /** Whose failures they are, if a user has the address: an unlock finds them under whatever secret they were counted. */
    userId: uuid('user_id'),
  },
  table => [
    primaryKey({ columns: [table.subjectHash, table.deviceId] }),
    index('login_throttles_by_user').on(table.userId).where(sql`${table.userId} IS NOT NULL`),
    index('login_throttles_by_window').on(table.windowStartedAt),
  ],
)
