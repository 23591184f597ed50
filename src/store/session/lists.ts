import { and, desc, eq, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { IdleDeadlines } from '../../session/policy.ts'
import type { SessionPage } from '../../session/ports.ts'
import type { Session } from '../../session/session.ts'
import { decodeCursor, isBehind, micros, type Page, pageOf } from '../postgres/cursor.ts'
import type { Executor } from '../postgres/database.ts'
import { preparedOnce } from '../postgres/prepared.ts'
import { userSessions } from '../postgres/schema/sessions.ts'
import { isCutOff } from './revocation/cutoffs.ts'
import { idleValues, isLive, isLiveThen, sessionColumns } from './sessions.ts'

function newestFirst(executor: Executor, where: SQL | undefined, limit: number | Placeholder) {
  return executor
    .select({ ...sessionColumns, micros: micros(userSessions.createdAt) })
    .from(userSessions)
    .where(where)
    .orderBy(desc(userSessions.createdAt), desc(userSessions.id))
    .limit(limit)
}

/** Hardly anybody has more sessions than there are on it. */
const firstPage = preparedOnce((executor, idle: IdleDeadlines) => {
  const ofUser = eq(userSessions.userId, sql.placeholder('userId'))
  const rows = newestFirst(executor, and(ofUser, isLiveThen(idle)), sql.placeholder('limit'))
  return rows.prepare('first_page_of_sessions')
})

/** Newest sign-in first. */
export async function listLive(
  executor: Executor,
  userId: string,
  idle: IdleDeadlines,
  { limit, cursor }: Page,
): Promise<SessionPage> {
  // One more than the page, to see whether there is another.
  const rows =
    cursor === null
      ? await firstPage(executor, idle).execute({ userId, ...idleValues(idle), limit: limit + 1 })
      : await newestFirst(
          executor,
          and(eq(userSessions.userId, userId), isLive(idle), isBehindCursor(cursor)),
          limit + 1,
        )
  const page = pageOf(rows, limit)
  return { sessions: page.rows.map(({ micros, ...session }) => session), nextCursor: page.nextCursor }
}

/** What an operator sees of a session beside what its owner does. */
export type JudgedSession = Session & { state: 'live' | 'revoked' | 'expired' }

/** All that are still on record, ended ones too; newest sign-in first. */
export async function listAll(
  executor: Executor,
  userId: string,
  idle: IdleDeadlines,
  { limit, cursor }: Page,
): Promise<{ sessions: JudgedSession[]; nextCursor: string | null }> {
  const state = sql<JudgedSession['state']>`CASE WHEN ${isLive(idle)} THEN 'live'
    WHEN ${userSessions.revokedAt} IS NOT NULL OR ${isCutOff} THEN 'revoked' ELSE 'expired' END`
  const rows = await executor
    .select({ ...sessionColumns, state, micros: micros(userSessions.createdAt) })
    .from(userSessions)
    .where(and(eq(userSessions.userId, userId), isBehindCursor(cursor)))
    .orderBy(desc(userSessions.createdAt), desc(userSessions.id))
    .limit(limit + 1)
  const page = pageOf(rows, limit)
  return { sessions: page.rows.map(({ micros, ...session }) => session), nextCursor: page.nextCursor }
}

function isBehindCursor(cursor: string | null): SQL | undefined {
  return cursor === null ? undefined : isBehind(userSessions.createdAt, userSessions.id, decodeCursor(cursor))
}
