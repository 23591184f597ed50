import { sql } from 'drizzle-orm'
import type { Clock, Instant } from '../clock.ts'
import type { Database } from './database.ts'

export type HistorySpan = 'hour' | 'day'

/** What happened in one step of time that begins at `at`. */
export type HistoryPoint = { at: Instant } & Record<HistoryCount, number>

const counts = ['signedIn', 'signInFailed', 'refreshed', 'revoked', 'locked', 'reused'] as const
type HistoryCount = (typeof counts)[number]

export type History = { stepSeconds: number; points: HistoryPoint[] }

const spans = { hour: { steps: 60, stepSeconds: 60 }, day: { steps: 96, stepSeconds: 900 } }

/**
 * What happened over time: from the audit log, by its index of types, and from the counts of refreshes and bulk
 * revocations. The last step is the one that is still going on.
 */
export function createHistory({ database, clock }: { database: Database; clock: Clock }) {
  return {
    async read(span: HistorySpan): Promise<History> {
      const { steps, stepSeconds } = spans[span]
      const stepMs = stepSeconds * 1000
      const first = (Math.floor(clock.now() / stepMs) - steps + 1) * stepMs
      const points = Array.from({ length: steps }, (_, step) => emptyPoint(first + step * stepMs))
      for (const { step, name, count } of await readCounts(database, first, stepSeconds)) {
        const point = points[step]
        if (point !== undefined) point[name] += count
      }
      return { stepSeconds, points }
    },
  }
}

function emptyPoint(at: Instant): HistoryPoint {
  return { at, signedIn: 0, signInFailed: 0, refreshed: 0, revoked: 0, locked: 0, reused: 0 }
}

type CountRow = { step: number; name: HistoryCount; count: number }

async function readCounts(database: Database, first: Instant, stepSeconds: number): Promise<CountRow[]> {
  const since = sql`${new Date(first).toISOString()}::timestamptz`
  return await database.run(async executor => {
    const read = await executor.execute<CountRow>(sql`
      WITH happened AS (
        SELECT created_at AS at, 1 AS count, CASE type
          WHEN 'sign_in_succeeded' THEN 'signedIn' WHEN 'sign_in_failed' THEN 'signInFailed'
          WHEN 'session_revoked' THEN 'revoked' WHEN 'account_locked' THEN 'locked' ELSE 'reused' END AS name
        FROM security_events
        WHERE type IN ('sign_in_succeeded', 'sign_in_failed', 'session_revoked', 'account_locked', 'refresh_reused')
          AND created_at >= ${since}
        UNION ALL
        SELECT minute, count, 'refreshed' FROM session_counts WHERE event = 'refreshed' AND minute >= ${since}
        UNION ALL
        SELECT created_at, revoked, 'revoked' FROM revocation_runs
        WHERE strategy NOT IN ('session', 'user') AND created_at >= ${since})
      SELECT floor(extract(epoch FROM at - ${since}) / ${stepSeconds}::int)::int AS step, name, sum(count)::float8 AS count
      FROM happened GROUP BY 1, 2`)
    return read.rows
  })
}
