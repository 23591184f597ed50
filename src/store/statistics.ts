import { sql } from 'drizzle-orm'
import type { Clock, Instant } from '../clock.ts'
import { Problem } from '../errors.ts'
import { isCutOff } from './cutoffs.ts'
import type { Database, Executor } from './database.ts'
import { firstId, lastId, pageEnd } from './pages.ts'
import { type IdleLimits, idleTable } from './session-counts.ts'

export type Statistics = {
  live: { total: number; byClientType: Record<string, number>; byAuthMethod: Record<string, number> }
  lastHour: Happened
  lastDay: Happened
  /** Of the live sessions; 0 when there is none. */
  averageAgeSeconds: number
  asOf: Instant
}

/** What has happened to sessions in a span of time; `revoked` by reason. */
export type Happened = {
  created: number
  refreshed: number
  expired: number
  revoked: Record<string, number>
}

/** Rows a statement: about 20 ms, so that counting holds up nobody else. */
const pageSize = 20_000
/** Milliseconds for which a request waits for a count. */
const patienceMs = 1_200
/** A count serves for this many times as long as it took: counting takes at most a tenth of one connection. */
const restFactor = 10

/**
 * Counts sessions from their rows, page by page in the order of the primary key: what decides whether one is live
 * changes with every activity, so it has no index, and must have none. Whoever asks while a count runs shares it.
 */
export function createStatistics(parts: {
  database: Database
  clock: Clock
  idleLimits: () => IdleLimits
  /** Writes down the refreshes that this instance has counted. */
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
    for (let after = firstId; after !== lastId; ) {
      const page = { after, end: lastId }
      const rows = await database.run(async executor => {
        page.end = (await pageEnd(executor, after, pageSize)) ?? lastId
        return await countPage(executor, page, asOf, limits)
      })
      for (const row of rows) addRow(statistics, row)
      ageSeconds += rows.reduce((sum, row) => sum + row.age_seconds, 0)
      after = page.end
    }
    for (const row of await database.run(executor => readCounts(executor, asOf))) addCount(statistics, row)
    const { total } = statistics.live
    statistics.averageAgeSeconds = total === 0 ? 0 : Math.round(ageSeconds / total)
    const took = clock.monotonic() - began
    latest = { statistics, servesUntil: began + took + restFactor * took }
    return statistics
  }

  return {
    /** Throws `overloaded` while the first count takes longer than a request may. */
    async read(): Promise<Statistics> {
      if (latest !== null && clock.monotonic() < latest.servesUntil) return latest.statistics
      counting ??= count().finally(() => {
        counting = null
      })
      const counted = await within(patienceMs, counting)
      if (counted !== null) return counted
      if (latest !== null) return latest.statistics
      throw new Problem('overloaded', {
        detail: 'The sessions are still being counted; nothing was changed. Ask again.',
        retryAfterSeconds: 2,
      })
    },
  }
}

/** Null when it takes longer. */
function within<T>(milliseconds: number, work: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), milliseconds)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

type CountedRow = {
  client_type: string
  auth_method: string
  revoked_reason: string | null
  live: number
  age_seconds: number
  created_hour: number
  created_day: number
  expired_hour: number
  expired_day: number
  revoked_hour: number
  revoked_day: number
}

/** `idle` is a limit's end as a point in time: whoever was last active before `asOf` minus the limit has ended then. */
async function countPage(
  executor: Executor,
  page: { after: string; end: string },
  asOf: Instant,
  idleLimits: IdleLimits,
): Promise<CountedRow[]> {
  const now = sql`${new Date(asOf).toISOString()}::timestamptz`
  const counted = await executor.execute<CountedRow>(sql`
    WITH judged AS (
      SELECT user_sessions.client_type, auth_method, revoked_reason, created_at, revoked_at,
        revoked_at IS NULL AND NOT ${isCutOff} AS unrevoked,
        least(expires_at, last_activity_at + make_interval(secs => coalesce(idle.seconds, 0))) AS ends_at
      FROM user_sessions LEFT JOIN ${idleTable(idleLimits)} ON idle.client_type = user_sessions.client_type
      WHERE id > ${page.after} AND id <= ${page.end})
    SELECT client_type, auth_method, revoked_reason,
      count(*) FILTER (WHERE unrevoked AND ends_at > ${now})::int AS live,
      coalesce(sum(extract(epoch FROM ${now} - created_at)) FILTER (WHERE unrevoked AND ends_at > ${now}), 0)::float8
        AS age_seconds,
      ${happenedColumns('created', sql`created_at`, sql`true`, now)},
      ${happenedColumns('expired', sql`ends_at`, sql`unrevoked AND ends_at <= ${now}`, now)},
      ${happenedColumns('revoked', sql`revoked_at`, sql`true`, now)}
    FROM judged GROUP BY client_type, auth_method, revoked_reason`)
  return counted.rows
}

function happenedColumns(
  event: 'created' | 'expired' | 'revoked',
  at: ReturnType<typeof sql>,
  condition: ReturnType<typeof sql>,
  now: ReturnType<typeof sql>,
) {
  const since = (span: string) =>
    sql`count(*) FILTER (WHERE ${condition} AND ${at} > ${now} - ${sql.raw(`interval '1 ${span}'`)})::int AS ${sql.raw(`${event}_${span}`)}`
  return sql`${since('hour')}, ${since('day')}`
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
  const now = sql`${new Date(asOf).toISOString()}::timestamptz`
  const read = await executor.execute<CountRow>(sql`
    SELECT event, reason, sum(count)::float8 AS day,
      coalesce(sum(count) FILTER (WHERE minute > ${now} - interval '1 hour'), 0)::float8 AS hour
    FROM session_counts WHERE minute > ${now} - interval '1 day' GROUP BY event, reason`)
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
