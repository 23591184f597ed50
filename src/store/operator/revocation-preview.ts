import { type SQL, sql } from 'drizzle-orm'
import type { Clock, Instant } from '../../clock.ts'
import type { RevocationTarget } from '../../operator/revocation-target.ts'
import type { IdleDeadlines } from '../../session/policy.ts'
import type { Database } from '../postgres/database.ts'
import { firstId, lastId, pageEnd } from '../postgres/pages.ts'
import { userSessions } from '../postgres/schema/sessions.ts'
import { isLive } from '../session/sessions.ts'

/** Rows per statement, as for statistics. */
const pageSize = 20_000
/** Milliseconds after which no further page starts: a request takes at most two seconds. */
const requestPatienceMs = 1_000

/** `complete`: all rows were read. Otherwise there are at least this many. */
export type RevocationPreview = { sessions: number; complete: boolean }

/** How many live sessions a revocation would end now. Changes nothing. */
export function createRevocationPreview(parts: {
  database: Database
  clock: Clock
  idleDeadlines: () => IdleDeadlines
}) {
  const { database, clock, idleDeadlines } = parts

  async function countIn(range: SQL, target: RevocationTarget): Promise<number> {
    const counted = await database.run(executor =>
      executor.execute<{ count: number }>(sql`
        SELECT count(*)::int AS count FROM ${userSessions}
        WHERE ${range} AND ${isLive(idleDeadlines())} AND ${isMeant(target)}`),
    )
    return counted.rows[0]?.count ?? 0
  }

  return {
    /** `patienceMs`: no page starts after this time. */
    async count(target: RevocationTarget, patienceMs = requestPatienceMs): Promise<RevocationPreview> {
      if (target.strategy === 'session' || target.strategy === 'user') {
        return { sessions: await countIn(sql`true`, target), complete: true }
      }
      const until = clock.monotonic() + patienceMs
      let sessions = 0
      for (let after = firstId; after !== lastId; ) {
        if (clock.monotonic() > until) return { sessions, complete: false }
        const begin = after
        const end = (await database.run(executor => pageEnd(executor, begin, pageSize))) ?? lastId
        sessions += await countIn(sql`${userSessions.id} > ${begin} AND ${userSessions.id} <= ${end}`, target)
        after = end
      }
      return { sessions, complete: true }
    },
  }
}

function isMeant(target: RevocationTarget): SQL {
  switch (target.strategy) {
    case 'session':
      return sql`${userSessions.id} = ${target.sessionId}`
    case 'user':
      return sql`${userSessions.userId} = ${target.userId}`
    case 'client_type':
      return sql`${userSessions.clientType} = ${target.clientType}`
    case 'ip':
      return sql`${userSessions.ipAddress} <<= ${target.network}::inet`
    case 'issued_before':
      return sql`${userSessions.createdAt} < ${moment(target.before)}`
    case 'all':
      return sql`true`
  }
}

function moment(at: Instant): SQL {
  return sql`${new Date(at).toISOString()}::timestamptz`
}
