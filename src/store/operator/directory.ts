import { and, asc, eq, gt, inArray, type SQL, sql } from 'drizzle-orm'
import { unknownDevice } from '../../account/lockout.ts'
import type { Instant } from '../../clock.ts'
import { Problem } from '../../errors.ts'
import type { IdleDeadlines } from '../../session/policy.ts'
import type { Page } from '../postgres/cursor.ts'
import type { Database, Executor } from '../postgres/database.ts'
import { loginThrottles, users } from '../postgres/schema/users.ts'
import { type JudgedSession, listAll, listLive } from '../session/lists.ts'

/** A user as operators see them. */
export type ListedUser = {
  id: string
  email: string
  roles: string[]
  disabled: boolean
  disabledAt: Instant | null
  /** Null unless sign-in from unknown devices is locked right now. */
  lockedUntil: Instant | null
  /** From the sessions that are still stored; null if there is none. */
  lastSignInAt: Instant | null
  createdAt: Instant
}

const columns = {
  id: users.id,
  email: users.email,
  roles: users.roles,
  disabled: sql<boolean>`${users.disabledAt} IS NOT NULL`,
  disabledAt: users.disabledAt,
  // Without the names of Drizzle, which leaves the table out where there is one.
  lockedUntil: sql<Instant | null>`(
    SELECT max(throttle.locked_until) FROM login_throttles AS throttle
    WHERE throttle.user_id = users.id AND throttle.device_id = ${unknownDevice} AND throttle.locked_until > now()
  )`.mapWith(loginThrottles.lockedUntil),
  lastSignInAt: sql<Instant | null>`(
    SELECT max(session.created_at) FROM user_sessions AS session WHERE session.user_id = users.id
  )`.mapWith(users.createdAt),
  createdAt: users.createdAt,
}

/** As indexed: case-insensitive, in byte order. */
const address = sql<string>`(lower(${users.email}) COLLATE "C")`

export type Directory = ReturnType<typeof createDirectory>

/** Lookups for operators: users and their sessions. */
export function createDirectory(parts: { database: Database; idleDeadlines: () => IdleDeadlines }) {
  const { database, idleDeadlines } = parts
  const find = (userId: string): Promise<ListedUser | null> =>
    database.run(async executor => {
      const [user] = await executor.select(columns).from(users).where(eq(users.id, userId))
      return user ?? null
    })

  return {
    find,

    /** By the complete address, case-insensitive. */
    findByEmail: (email: string): Promise<ListedUser | null> =>
      database.run(async executor => {
        const [user] = await executor
          .select(columns)
          .from(users)
          .where(eq(address, sql`lower(${email})`))
        return user ?? null
      }),

    /** The addresses of the users that exist. */
    emailsOf: (userIds: readonly string[]): Promise<Map<string, string>> =>
      database.run(async executor => {
        const found = await executor
          .select({ id: users.id, email: users.email })
          .from(users)
          .where(inArray(users.id, [...userIds]))
        return new Map(found.map(({ id, email }) => [id, email]))
      }),

    /** Users whose address has this prefix, case-insensitive, sorted by address. Throws `validation_failed` for a bad cursor. */
    search: (prefix: string, page: Page): Promise<{ users: ListedUser[]; nextCursor: string | null }> =>
      database.run(executor => searchUsers(executor, prefix, page)),

    /** Newest sign-in first; null if there is no such user and no session of one. */
    async sessionsOf(
      userId: string,
      state: 'live' | 'all',
      page: Page,
    ): Promise<{ sessions: JudgedSession[]; nextCursor: string | null } | null> {
      const idle = idleDeadlines()
      const listed = await database.run(async executor => {
        if (state === 'all') return await listAll(executor, userId, idle, page)
        const { sessions, nextCursor } = await listLive(executor, userId, idle, page)
        return { sessions: sessions.map(session => ({ ...session, state: 'live' as const })), nextCursor }
      })
      const isNobody = listed.sessions.length === 0 && (await find(userId)) === null
      return isNobody ? null : listed
    },
  }
}

async function searchUsers(
  executor: Executor,
  prefix: string,
  { limit, cursor }: Page,
): Promise<{ users: ListedUser[]; nextCursor: string | null }> {
  const rows = await executor
    .select({ ...columns, address })
    .from(users)
    .where(and(beginsWith(prefix), cursor === null ? undefined : gt(address, addressIn(cursor))))
    .orderBy(asc(address))
    .limit(limit + 1)
  const last = rows[limit - 1]
  const nextCursor =
    rows.length > limit && last !== undefined ? Buffer.from(last.address).toString('base64url') : null
  return { users: rows.slice(0, limit).map(({ address, ...user }) => user), nextCursor }
}

function beginsWith(prefix: string): SQL | undefined {
  if (prefix === '') return undefined
  return sql`${address} LIKE lower(${prefix.replace(/[\\%_]/g, '\\$&')}) || '%'`
}

function addressIn(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  if (!text.includes('@') || text.includes('\0') || Buffer.from(text).toString('base64url') !== cursor) {
    throw new Problem('validation_failed', {
      detail:
        'The cursor is not valid: leave it out to start from the beginning, or pass `nextCursor` unchanged.',
      errors: [{ path: '/cursor', message: 'must be the nextCursor of an earlier response' }],
    })
  }
  return text
}
