import pg from 'pg'
import type { Cutoff } from '../session/deny-set.ts'
import { FeedLostError, type FeedPlace, type FeedReader } from '../session/revocation-feed.ts'
import { type RevocationReason, revocationReasons } from '../session/session.ts'
import { StandbyError } from './database.ts'

/** Milliseconds for each statement and for connecting: a poll that takes longer has failed. */
const timeoutMs = 400

/** The feed's own connection, so that no queue for the pool can hold it up. */
export function createFeedReader(url: string, instanceId: string, windowSeconds: number): FeedReader {
  let connection: Promise<pg.Client> | null = null

  function connected(): Promise<pg.Client> {
    connection ??= connect(url)
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
    async read(place) {
      const since = place === null ? windowQuery(windowSeconds) : sinceQuery(place)
      const { rows } = await query<FeedRow>(since)
      const [row] = rows
      if (row === undefined || row.standby) throw new StandbyError()
      if (place !== null && (row.timeline !== place.timeline || BigInt(row.xmax) < xmaxOf(place))) {
        throw new FeedLostError()
      }
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
        place: { snapshot: row.snapshot, timeline: row.timeline },
        now: Number(row.now),
      }
    },
    async register() {
      // A snapshot that shows nothing: this instance has read nothing yet.
      await query({
        text: `INSERT INTO instances (id, seen_at, acked) VALUES ($1, clock_timestamp(), '1:1:')
               ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, acked = excluded.acked`,
        values: [instanceId],
      })
    },
    async acknowledge(place) {
      // Not worth waiting for the disk: an acknowledgement that a crash forgets only makes a revocation wait.
      const { rowCount } = await query({
        name: 'acknowledge',
        text: `WITH local AS (SELECT set_config('synchronous_commit', 'off', true))
               UPDATE instances SET acked = $2::pg_snapshot, seen_at = clock_timestamp() FROM local WHERE id = $1`,
        values: [instanceId, place.snapshot],
      })
      return rowCount === 1
    },
    async unregister() {
      await query({ text: 'DELETE FROM instances WHERE id = $1', values: [instanceId] })
    },
    async close() {
      await connection?.then(client => client.end()).catch(() => undefined)
      connection = null
    },
  }
}

type FeedRow = {
  standby: boolean
  now: string
  snapshot: string
  xmax: string
  timeline: string
  ring_version: string
  revocations: [string, string][]
  role_changes: string[]
  cutoffs: { id: string; scope: Cutoff['scope']; subject: string | null; issued_before: string }[]
}

/** One statement, so that the rows and the snapshot are of the same moment. */
function feedQuery(name: string, condition: string, values: unknown[]): pg.QueryConfig {
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
        (SELECT coalesce(json_agg(json_build_array(session_id, reason)), '[]') FROM revocations
          WHERE ${condition}) AS revocations,
        (SELECT coalesce(json_agg(json_build_object('id', id, 'scope', scope, 'subject', subject,
            'issued_before', extract(epoch FROM issued_before) * 1000)), '[]') FROM cutoffs
          WHERE ${condition}) AS cutoffs,
        (SELECT coalesce(json_agg(user_id), '[]') FROM role_changes WHERE ${condition}) AS role_changes`,
    values,
  }
}

function windowQuery(windowSeconds: number): pg.QueryConfig {
  return feedQuery('feed_window', 'created_at > clock_timestamp() - make_interval(secs => $1)', [
    windowSeconds,
  ])
}

/**
 * What the last snapshot did not show: transactions that began after it, and those that ran when it was taken. Exact,
 * whatever the order in which transactions commit, and its cost follows what is new, however long one of them runs.
 */
function sinceQuery({ snapshot }: FeedPlace): pg.QueryConfig {
  const [, xmax = '', running = ''] = snapshot.split(':')
  return feedQuery('feed_since', '(xid >= $1::xid8 OR xid = ANY($2::xid8[]))', [
    xmax,
    running === '' ? [] : running.split(','),
  ])
}

function xmaxOf({ snapshot }: FeedPlace): bigint {
  return BigInt(snapshot.split(':')[1] ?? '0')
}

function reasonOf(text: string): RevocationReason {
  return revocationReasons.find(reason => reason === text) ?? 'admin'
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    statement_timeout: timeoutMs,
    keepAlive: true,
    application_name: 'latchkey feed',
  })
  // A connection that breaks while idle is noticed by the next poll.
  client.on('error', () => undefined)
  await client.connect()
  return client
}
