import { type SQL, sql } from 'drizzle-orm'
import type { Clock, Instant } from '../../clock.ts'
import { Problem } from '../../errors.ts'
import { within } from '../../patience.ts'
import type { Database, Executor } from '../postgres/database.ts'
import { firstId } from '../postgres/pages.ts'
import { type IdleLimits, idleTable } from '../session/counts.ts'
import { isCutOff } from '../session/revocation/cutoffs.ts'

export type Statistics = {
  live: { total: number; byClientType: Record<string, number>; byAuthMethod: Record<string, number> }
  lastHour: Happened
  lastDay: Happened
  /** Of the live sessions; 0 if there are none. */
  averageAgeSeconds: number
  asOf: Instant
}

/** Counts of session changes in a span of time; `revoked` by reason. */
export type Happened = {
  created: number
  refreshed: number
  expired: number
  revoked: Record<string, number>
}

/** Rows per statement: 0.1 to 0.3 s as measured (two cores, a table larger than the buffers); the limit is 0.8 s. */
const pageSize = 20_000
/** Milliseconds for which a request waits for a count. */
const requestPatienceMs = 1_200
/** A count is reused for this many times as long as it took: counting takes at most a tenth of one connection. */
const restFactor = 10

/**
 * Counts sessions from their rows, page by page in the order of the primary key: what decides whether one is live
 * changes with every activity, so it must not be indexed. Callers during a count share it.
 */
export function createStatistics(parts: {
  database: Database
  clock: Clock
  idleLimits: () => IdleLimits
  /** Writes the refreshes that this instance has counted. */
  flushRefreshes: () => Promise<void>
}) {
  const { database, clock, idleLimits, flushRefreshes } = parts
  let latest: { statistics: Statistics; servesUntil: number } | null = null
  let counting: Promise<Statistics> | null = null

  async function count(): Promise<Statistics> {
    const began = clock.monotonic()
    const asOf = clock.now()
    const limits = idleLimits()
    await flushRefreshes()
    const statistics = empty(asOf)
    let ageSeconds = 0
    for (let after: string | null = firstId; after !== null; ) {
      const begin: string = after
      const rows = await database.run(executor => countPage(executor, begin, asOf, limits))
      for (const row of rows) addRow(statistics, row)
      ageSeconds += rows.reduce((sum, row) => sum + row.age_seconds, 0)
      const isFull = rows.reduce((sum, row) => sum + row.rows, 0) === pageSize
      after = isFull ? (rows[0]?.last_id ?? null) : null
    }
    for (const row of await database.run(executor => readCounts(executor, asOf))) addCount(statistics, row)
    const { total } = statistics.live
    statistics.averageAgeSeconds = total === 0 ? 0 : Math.round(ageSeconds / total)
    const took = clock.monotonic() - began
    latest = { statistics, servesUntil: began + took + restFactor * took }
    return statistics
  }

  return {
    /** Throws `overloaded` if the first count takes longer than the caller can wait. */
    async read(patienceMs = requestPatienceMs): Promise<Statistics> {
      if (latest !== null && clock.monotonic() < latest.servesUntil) return latest.statistics
      counting ??= count().finally(() => {
        counting = null
      })
      const counted = await within(patienceMs, counting)
      if (counted !== null) return counted
      if (latest !== null) return latest.statistics
      throw new Problem('overloaded', {
        detail: 'The sessions are still being counted; nothing was changed. Try again.',
        retryAfterSeconds: 2,
      })
    },
  }
}

type CountedRow = {
  client_type: string
  auth_method: string
  revoked_reason: string | null
  rows: number
  last_id: string
  live: number
  age_seconds: number
  created_hour: number
  created_day: number
  expired_hour: number
  expired_day: number
  revoked_hour: number
  revoked_day: number
}

/**
 * Counts the page behind `after`. What could be computed for each row is computed once: moments are parameters, limits
 * intervals. Cut-offs are asked only while rows that they cover may still be unmarked.
 */
async function countPage(
  executor: Executor,
  after: string,
  asOf: Instant,
  idleLimits: IdleLimits,
): Promise<CountedRow[]> {
  const now = moment(asOf)
  const counted = await executor.execute<CountedRow>(sql`
    WITH page AS MATERIALIZED (
      SELECT id, client_type, auth_method, revoked_reason, created_at, revoked_at, last_activity_at, expires_at,
        revoked_at IS NULL AND NOT CASE
          WHEN (SELECT count(*) > 0 FROM revocation_runs WHERE completed_at IS NULL) THEN ${isCutOff}
          ELSE false END AS unrevoked
      FROM user_sessions WHERE id > ${after} ORDER BY id LIMIT ${pageSize}
    ), judged AS MATERIALIZED (
      SELECT page.*, least(expires_at, last_activity_at + coalesce(idle.timeout, '0')) AS ends_at
      FROM page LEFT JOIN ${idleTable(idleLimits)} ON idle.client_type = page.client_type)
    SELECT client_type, auth_method, revoked_reason, count(*)::int AS rows,
      (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS last_id,
      count(*) FILTER (WHERE unrevoked AND ends_at > ${now})::int AS live,
      coalesce(extract(epoch FROM sum(${now} - created_at) FILTER (WHERE unrevoked AND ends_at > ${now})), 0)::float8
        AS age_seconds,
      ${happenedColumns('created', sql`created_at`, asOf)},
      ${happenedColumns('expired', sql`CASE WHEN unrevoked AND ends_at <= ${now} THEN ends_at END`, asOf)},
      ${happenedColumns('revoked', sql`revoked_at`, asOf)}
    FROM judged GROUP BY client_type, auth_method, revoked_reason`)
  return counted.rows
}

function happenedColumns(event: 'created' | 'expired' | 'revoked', at: SQL, asOf: Instant): SQL {
  const since = (
    span: keyof typeof spansMs,
  ) => sql`count(*) FILTER (WHERE ${at} > ${moment(asOf - spansMs[span])})::int
    AS ${sql.raw(`${event}_${span}`)}`
  return sql`${since('hour')}, ${since('day')}`
}

const spansMs = { hour: 3_600_000, day: 86_400_000 }

function moment(at: Instant): SQL {
  return sql`${new Date(at).toISOString()}::timestamptz`
}

function addRow(statistics: Statistics, row: CountedRow): void {
  const { live, lastHour, lastDay } = statistics
  live.total += row.live
  if (row.live > 0) {
    add(live.byClientType, row.client_type, row.live)
    add(live.byAuthMethod, row.auth_method, row.live)
  }
  lastHour.created += row.created_hour
  lastDay.created += row.created_day
  lastHour.expired += row.expired_hour
  lastDay.expired += row.expired_day
  if (row.revoked_reason === null) return
  add(lastHour.revoked, row.revoked_reason, row.revoked_hour)
  add(lastDay.revoked, row.revoked_reason, row.revoked_day)
}

type CountRow = {
  event: 'created' | 'refreshed' | 'revoked' | 'expired'
  reason: string
  hour: number
  day: number
}

/** To the minute: a span begins with the first whole minute in it. */
async function readCounts(executor: Executor, asOf: Instant): Promise<CountRow[]> {
  const read = await executor.execute<CountRow>(sql`
    SELECT event, reason, sum(count)::float8 AS day,
      coalesce(sum(count) FILTER (WHERE minute > ${moment(asOf - spansMs.hour)}), 0)::float8 AS hour
    FROM session_counts WHERE minute > ${moment(asOf - spansMs.day)} GROUP BY event, reason`)
  return read.rows
}

function addCount({ lastHour, lastDay }: Statistics, { event, reason, hour, day }: CountRow): void {
  if (event === 'revoked') {
    add(lastHour.revoked, reason, hour)
    add(lastDay.revoked, reason, day)
    return
  }
  lastHour[event] += hour
  lastDay[event] += day
}

function add(counts: Record<string, number>, name: string, more: number): void {
  if (more > 0) counts[name] = (counts[name] ?? 0) + more
}

function empty(asOf: Instant): Statistics {
  const nothing = () => ({ created: 0, refreshed: 0, expired: 0, revoked: {} })
  return {
    live: { total: 0, byClientType: {}, byAuthMethod: {} },
    lastHour: nothing(),
    lastDay: nothing(),
    averageAgeSeconds: 0,
    asOf,
  }
}
