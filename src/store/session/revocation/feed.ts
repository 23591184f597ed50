import pg from 'pg'
import type { Cutoff } from '../../../session/revocation/deny-set.ts'
import {
  FeedLostError,
  type FeedPlace,
  type FeedReader,
  type FeedRest,
  unheardMs,
} from '../../../session/revocation/feed.ts'
import { type RevocationReason, revocationReasons } from '../../../session/session.ts'
import { StandbyError } from '../../postgres/failure.ts'
import { forgetStatementNames, type Pooler } from '../../postgres/pooler.ts'

/** Milliseconds for each statement and for connecting: a poll that takes longer has failed. */
const timeoutMs = 400

/**
 * Revocations on a page. It takes some 5 ms, also while ten instances read their windows at once far less than the
 * timeout; a whole window of 300,000 would never be read within it (`npm run bench:feed`).
 */
const rowsOnPage = 1_000

/** The feed's own connection, so that no queue for the pool can hold it up. */
export function createFeedReader(
  url: string,
  instance: { id: string; place: string | null },
  windowSeconds: number,
  pageSize = rowsOnPage,
  pooler: Pooler = 'none',
): FeedReader {
  let connection: Promise<pg.Client> | null = null

  function connected(): Promise<pg.Client> {
    connection ??= connect(url, pooler)
    return connection
  }

  async function query<Row extends pg.QueryResultRow>(
    statement: pg.QueryConfig,
  ): Promise<pg.QueryResult<Row>> {
    try {
      return await (await connected()).query<Row>(statement)
    } catch (error) {
      // A connection that failed or timed out still carries its statement: never ask on it again.
      const broken = connection
      connection = null
      broken?.then(client => client.end()).catch(() => undefined)
      throw error
    }
  }

  return {
    async read(place, rest) {
      const bounds = pageBounds(rest, pageSize)
      const statement = place === null ? windowQuery(windowSeconds, bounds) : sinceQuery(place, bounds)
      const { rows } = await query<FeedRow>(statement)
      const [row] = rows
      if (row === undefined || row.standby) throw new StandbyError()
      const known = rest?.place ?? place
      if (known !== null && (row.timeline !== known.timeline || BigInt(row.xmax) < xmaxOf(known))) {
        throw new FeedLostError()
      }
      const taken = rest?.place ?? { snapshot: row.snapshot, timeline: row.timeline }
      return {
        revocations: row.revocations.map(([sessionId, reason]) => ({ sessionId, reason: reasonOf(reason) })),
        cutoffs: row.cutoffs.map(({ id, scope, subject, issued_before }) => ({
          id,
          scope,
          subject,
          issuedBefore: Number(issued_before),
        })),
        roleChanges: row.role_changes,
        ringVersion: row.ring_version,
        place: taken,
        rest: restOf(row, taken, pageSize),
        now: Number(row.now),
      }
    },
    async noteOutage() {
      await query({ text: outageNoted, values: [unheardMs / 1000] })
    },
    async register(isWaitedFor) {
      // A snapshot that shows nothing: this instance has read nothing yet.
      const acked = isWaitedFor ? '1:1:' : null
      await query({
        text: `INSERT INTO instances (id, seen_at, acked, place) VALUES ($1, clock_timestamp(), $2, $3)
               ON CONFLICT (id) DO UPDATE
               SET seen_at = excluded.seen_at, acked = excluded.acked, redis_run_id = excluded.redis_run_id`,
        values: [instance.id, acked, instance.place],
      })
    },
    async acknowledge(place, redisRunId) {
      // Not worth waiting for the disk: an acknowledgement that a crash forgets only makes a revocation wait.
      const { rowCount } = await query({
        name: 'acknowledge',
        text: `WITH local AS (SELECT set_config('synchronous_commit', 'off', true))
               UPDATE instances SET acked = $2::pg_snapshot, seen_at = clock_timestamp(), redis_run_id = $3
               FROM local WHERE id = $1`,
        values: [instance.id, place?.snapshot ?? null, redisRunId],
      })
      return rowCount === 1
    },
    async noteSeen() {
      const { rowCount } = await query({
        name: 'note_seen',
        text: `WITH local AS (SELECT set_config('synchronous_commit', 'off', true))
               UPDATE instances SET seen_at = clock_timestamp() FROM local WHERE id = $1`,
        values: [instance.id],
      })
      return rowCount === 1
    },
    async unregister() {
      await query({
        text: 'UPDATE instances SET acked = NULL, seen_at = clock_timestamp() WHERE id = $1',
        values: [instance.id],
      })
    },
    async takeOver(since) {
      await query({
        // Null is nobody's place: it equals none.
        text: 'DELETE FROM instances WHERE place = $1 AND id <> $2 AND seen_at < to_timestamp($3::float8 / 1000)',
        values: [instance.place, instance.id, since],
      })
    },
    async close() {
      await connection?.then(client => client.end()).catch(() => undefined)
      connection = null
    },
  }
}

/** From when the last instance cannot have judged anything any more. Instances that start at once note it once. */
const outageNoted = `INSERT INTO outages (began_at, ended_at)
  SELECT max(seen_at) + make_interval(secs => $1), clock_timestamp() FROM instances
  HAVING max(seen_at) + make_interval(secs => $1) < clock_timestamp()
  ON CONFLICT (began_at) DO NOTHING`

type FeedRow = {
  standby: boolean
  now: string
  snapshot: string
  xmax: string
  timeline: string
  ring_version: string
  revocations: [sessionId: string, reason: string, key: string][]
  role_changes: string[]
  cutoffs: { id: string; scope: Cutoff['scope']; subject: string | null; issued_before: string }[]
}

const firstSessionId = '00000000-0000-0000-0000-000000000000'
/** The greatest number that a transaction can have. */
const lastXid = '18446744073709551615'

/** Where a page begins (behind that row), what it leaves out (transactions from that one on), and its size. */
type PageBounds = [key: string | null, sessionId: string, xmax: string, size: number]

/**
 * A row that changes between two pages (its session is revoked again) may be missed by both. The first page's snapshot
 * does not show the transaction that changed it, and so the next poll reads it.
 */
function pageBounds(rest: FeedRest | null, size: number): PageBounds {
  if (rest === null) return [null, firstSessionId, lastXid, size]
  return [rest.after.key, rest.after.sessionId, String(xmaxOf(rest.place)), size]
}

/** One statement, so that the rows and the snapshot are of the same moment. */
function feedQuery(
  name: string,
  parts: { revocations: string; cutoffs: string },
  values: unknown[],
): pg.QueryConfig {
  return {
    name,
    text: `SELECT pg_is_in_recovery() AS standby,
        extract(epoch FROM clock_timestamp()) * 1000 AS now,
        pg_current_snapshot()::text AS snapshot,
        pg_snapshot_xmax(pg_current_snapshot())::text AS xmax,
        CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END AS timeline,
        concat(
          (SELECT string_agg(concat(kid, signs_from, verifies_until), ' ' ORDER BY kid) FROM signing_keys), ' ',
          (SELECT string_agg(concat(id, first_seen_at), ' ' ORDER BY id) FROM secret_ids), ' ',
          (SELECT sum(hashtextextended(id::text, 0)) FROM service_keys WHERE revoked_at IS NULL)) AS ring_version,
        (SELECT coalesce(json_agg(json_build_array(session_id, reason, key)), '[]')
          FROM (${parts.revocations}) AS page) AS revocations,
        (SELECT coalesce(json_agg(json_build_object('id', id, 'scope', scope, 'subject', subject,
            'issued_before', extract(epoch FROM issued_before) * 1000)), '[]') FROM cutoffs
          WHERE ${parts.cutoffs}) AS cutoffs,
        (SELECT coalesce(json_agg(user_id), '[]') FROM role_changes WHERE ${parts.cutoffs}) AS role_changes`,
    values,
  }
}

function windowQuery(windowSeconds: number, bounds: PageBounds): pg.QueryConfig {
  const isRecent = 'created_at > statement_timestamp() - make_interval(secs => $1)'
  const revocations = `SELECT session_id, reason, created_at AS key FROM revocations
    WHERE ${isRecent} AND (created_at, session_id) > (coalesce($2, '-infinity')::timestamptz, $3::uuid) AND xid < $4::xid8
    ORDER BY created_at, session_id LIMIT $5`
  return feedQuery('feed_window', { revocations, cutoffs: isRecent }, [windowSeconds, ...bounds])
}

/**
 * What the last snapshot did not show: transactions that began after it, and those that ran when it was taken. Exact,
 * whatever the order in which transactions commit, and its cost follows what is new, however long one of them runs.
 */
function sinceQuery({ snapshot }: FeedPlace, bounds: PageBounds): pg.QueryConfig {
  const [, xmax = '', running = ''] = snapshot.split(':')
  // Each half walks the index in its order; a plan for both at once might sort all that there is.
  const half = (condition: string) => `(SELECT session_id, reason, xid AS key FROM revocations
    WHERE ${condition} AND (xid, session_id) > (coalesce($3, '0')::xid8, $4::uuid) AND xid < $5::xid8
    ORDER BY xid, session_id LIMIT $6)`
  const revocations = `${half('xid = ANY($2::xid8[])')} UNION ALL ${half('xid >= $1::xid8')}
    ORDER BY key, session_id LIMIT $6`
  return feedQuery('feed_since', { revocations, cutoffs: '(xid >= $1::xid8 OR xid = ANY($2::xid8[]))' }, [
    xmax,
    running === '' ? [] : running.split(','),
    ...bounds,
  ])
}

function restOf({ revocations }: FeedRow, place: FeedPlace, pageSize: number): FeedRest | null {
  const last = revocations.at(-1)
  if (last === undefined || revocations.length < pageSize) return null
  const [sessionId, , key] = last
  return { place, after: { key: String(key), sessionId } }
}

function xmaxOf({ snapshot }: FeedPlace): bigint {
  return BigInt(snapshot.split(':')[1] ?? '0')
}

function reasonOf(text: string): RevocationReason {
  return revocationReasons.find(reason => reason === text) ?? 'admin'
}

async function connect(url: string, pooler: Pooler): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    ...(pooler === 'none' ? { statement_timeout: timeoutMs } : {}),
    keepAlive: true,
    application_name: 'latchkey feed',
  })
  // A connection that breaks while idle is noticed by the next poll.
  client.on('error', () => undefined)
  if (pooler === 'transaction') forgetStatementNames(client)
  await client.connect()
  return client
}
