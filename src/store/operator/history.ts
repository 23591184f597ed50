import { sql } from 'drizzle-orm'
import type { Clock, Instant } from '../../clock.ts'
import { Problem } from '../../errors.ts'
import { within } from '../../patience.ts'
import type { Database } from '../postgres/database.ts'

export type HistorySpan = 'hour' | 'day'

/** The counts of one time step that begins at `at`. */
export type HistoryPoint = { at: Instant } & Record<HistoryCount, number>

const counts = ['signedIn', 'signInFailed', 'refreshed', 'revoked', 'locked', 'reused'] as const
type HistoryCount = (typeof counts)[number]

export type History = { stepSeconds: number; points: HistoryPoint[] }

/** `sliceSteps`: the number of steps that one statement counts. */
const spans = {
  hour: { steps: 60, stepSeconds: 60, sliceSteps: 20 },
  day: { steps: 96, stepSeconds: 900, sliceSteps: 8 },
}

/** Milliseconds after which nothing is written any more with a moment that has passed; a transaction takes two seconds. */
const settledMs = 60_000
/** Milliseconds for which a request waits for a count. */
const requestPatienceMs = 1_200

/**
 * The history, from the audit log with its index on types, and from the counts of refreshes and bulk
 * revocations. The last step is not finished.
 *
 * The log is counted in slices, one statement each, and a past slice is counted only once, because it cannot change. A
 * request therefore costs only the current slice, however large the log is.
 */
export function createHistory({ database, clock }: { database: Database; clock: Clock }) {
  const past = { hour: new Map<Instant, CountRow[]>(), day: new Map<Instant, CountRow[]>() }
  const counting: Record<HistorySpan, Promise<History> | null> = { hour: null, day: null }

  async function count(span: HistorySpan): Promise<History> {
    const { steps, stepSeconds, sliceSteps } = spans[span]
    const stepMs = stepSeconds * 1000
    const sliceMs = sliceSteps * stepMs
    const now = clock.now()
    const first = (Math.floor(now / stepMs) - steps + 1) * stepMs
    const points = Array.from({ length: steps }, (_, step) => emptyPoint(first + step * stepMs))
    const rows = await readTotals(database, first, stepSeconds)
    for (let begin = Math.floor(first / sliceMs) * sliceMs; begin <= now; begin += sliceMs) {
      rows.push(...(await slice(span, begin, begin + sliceMs, now)))
    }
    for (const begin of past[span].keys()) if (begin + sliceMs <= first) past[span].delete(begin)
    for (const { at, name, count } of rows) {
      const point = points[(at - first) / stepMs]
      if (point !== undefined) point[name] += count
    }
    return { stepSeconds, points }
  }

  async function slice(span: HistorySpan, begin: Instant, end: Instant, now: Instant): Promise<CountRow[]> {
    const known = past[span].get(begin)
    if (known !== undefined) return known
    const rows = await readEvents(database, begin, end, spans[span].stepSeconds)
    if (end + settledMs < now) past[span].set(begin, rows)
    return rows
  }

  return {
    /** Callers during a count share it. Throws `overloaded` if it takes longer than a caller can wait. */
    async read(span: HistorySpan): Promise<History> {
      const running = counting[span] ?? count(span)
      counting[span] = running
      const forget = () => {
        if (counting[span] === running) counting[span] = null
      }
      running.then(forget, forget)
      const counted = await within(requestPatienceMs, running)
      if (counted !== null) return counted
      throw new Problem('overloaded', {
        detail: 'The history is still being counted; nothing was changed. Try again.',
        retryAfterSeconds: 2,
      })
    },
  }
}

function emptyPoint(at: Instant): HistoryPoint {
  return { at, signedIn: 0, signInFailed: 0, refreshed: 0, revoked: 0, locked: 0, reused: 0 }
}

/** `at`: the beginning of the step. */
type CountRow = { at: Instant; name: HistoryCount; count: number }

/** From `begin` to before `end`. `date_bin` takes a third of the time that arithmetic with seconds takes. */
async function readEvents(
  database: Database,
  begin: Instant,
  end: Instant,
  stepSeconds: number,
): Promise<CountRow[]> {
  return await database.run(async executor => {
    const read = await executor.execute<CountRow>(sql`
      WITH counted AS (
        SELECT date_bin(${`${stepSeconds} seconds`}::interval, created_at, ${moment(begin)}) AS at, type, count(*) AS count
        FROM security_events
        WHERE type IN ('sign_in_succeeded', 'sign_in_failed', 'session_revoked', 'account_locked', 'refresh_reused')
          AND created_at >= ${moment(begin)} AND created_at < ${moment(end)}
        GROUP BY 1, 2)
      SELECT (extract(epoch FROM at) * 1000)::float8 AS at, count::float8 AS count, CASE type
        WHEN 'sign_in_succeeded' THEN 'signedIn' WHEN 'sign_in_failed' THEN 'signInFailed'
        WHEN 'session_revoked' THEN 'revoked' WHEN 'account_locked' THEN 'locked' ELSE 'reused' END AS name
      FROM counted`)
    return read.rows
  })
}

/** Existing counts: few rows, and those of a bulk revocation grow while sessions are being marked. */
async function readTotals(database: Database, first: Instant, stepSeconds: number): Promise<CountRow[]> {
  return await database.run(async executor => {
    const read = await executor.execute<CountRow>(sql`
      WITH counted AS (
        SELECT minute AS at, 'refreshed' AS name, count FROM session_counts
        WHERE event = 'refreshed' AND minute >= ${moment(first)}
        UNION ALL
        SELECT created_at, 'revoked', revoked FROM revocation_runs
        WHERE strategy NOT IN ('session', 'user') AND created_at >= ${moment(first)})
      SELECT (extract(epoch FROM date_bin(${`${stepSeconds} seconds`}::interval, at, ${moment(first)})) * 1000)::float8 AS at,
        name, sum(count)::float8 AS count
      FROM counted GROUP BY 1, 2`)
    return read.rows
  })
}

function moment(at: Instant) {
  return sql`${new Date(at).toISOString()}::timestamptz`
}
