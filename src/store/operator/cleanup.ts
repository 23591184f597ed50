import { sql } from 'drizzle-orm'
import { forgottenAfterMs } from '../../account/lockout.ts'
import type { Instant } from '../../clock.ts'
import { Problem } from '../../errors.ts'
import type { Database, Executor } from '../postgres/database.ts'
import { firstId, lastId, pageEnd } from '../postgres/pages.ts'
import { deleteExpiredSessions, deleteOldCounts, type IdleLimits } from '../session/counts.ts'
import { deleteOldEvents } from '../session/events.ts'
import { markCutOffPage } from '../session/revocation/revocations.ts'
import { deleteEndedSigningKeys } from '../session/signing-keys.ts'
import { completeRunsOpenedBefore } from './revocation-runs.ts'

export type CleanupSettings = {
  /** Rows per statement: few, so that no lock is held for long. */
  batchSize: number
  /** Milliseconds between two batches, to bound the rate. */
  pauseMs: number
  eventsRetentionDays: number
  /** Successors of rotations before this time can no longer be requested, and are erased. */
  successorsOlderThan: Instant
  /** The longest absolute limit of all policies: a cut-off older than this may have nothing left to cover. */
  longestSessionSeconds: number
  /** An instance not seen for this long is gone. The one seen last stays on record: it tells when an outage began. */
  windowSeconds: number
  /** When a session became idle, for the counts of deleted sessions. */
  idleLimits: IdleLimits
}

export type CleanupResult =
  | { kind: 'done'; deletedSessions: number; deletedEvents: number }
  | { kind: 'running_elsewhere' }

/** Any number, the same in every instance. */
const advisoryLock = 7_165_003

/**
 * Deletes ended data: sessions past their absolute limit, events past their retention, feed rows, failed sign-ins,
 * cut-offs and keys that nothing depends on any more. One runner at a time, in batches that skip what others have locked; its cost
 * follows the rows that ended. Expiry does not depend on it. `progress` is called after each batch; `signal` stops it after
 * the current batch.
 */
export async function cleanUp(
  database: Database,
  settings: CleanupSettings,
  progress: (deleted: { sessions: number; events: number }) => void,
  signal: AbortSignal,
): Promise<CleanupResult> {
  const finished = await database.transaction(async holder => {
    const lock = await holder.execute(sql`SELECT pg_try_advisory_xact_lock(${advisoryLock}) AS mine`)
    if (lock.rows[0]?.['mine'] !== true) return null
    // This transaction only holds the lock, for as long as the batches take; it works through a pooler, and ends with the process.
    await holder.execute(sql`SET LOCAL idle_in_transaction_session_timeout = 0`)
    return await runBatches(database, settings, progress, signal)
  })
  return finished ?? { kind: 'running_elsewhere' }
}

async function runBatches(
  database: Database,
  settings: CleanupSettings,
  progress: (deleted: { sessions: number; events: number }) => void,
  signal: AbortSignal,
): Promise<CleanupResult> {
  const deleted = { sessions: 0, events: 0 }
  const steps: Step[] = [
    async executor => {
      const sessions = await deleteExpiredSessions(executor, settings)
      deleted.sessions += sessions
      return sessions === settings.batchSize
    },
    async executor => {
      const events = await deleteOldEvents(executor, settings)
      deleted.events += events
      return events === settings.batchSize
    },
    async executor => (await deleteOldRevocations(executor, settings)) === settings.batchSize,
    async executor => (await deleteForgottenThrottles(executor, settings)) === settings.batchSize,
    // It reads every row, and must not delay the steps that depend only on ended rows.
    walker(settings),
    executor => deleteWhatNothingNeeds(executor, settings),
  ]
  for (const step of steps) {
    while (!signal.aborted && (await runPatiently(() => database.transaction(step), deleted, signal))) {
      progress({ ...deleted })
      await pause(settings.pauseMs)
    }
    progress({ ...deleted })
  }
  return { kind: 'done', deletedSessions: deleted.sessions, deletedEvents: deleted.events }
}

/** How many times in a row a batch is repeated if the database is too busy. */
const attempts = 5
const busyPauseMs = 1_000

/** A run over a million rows must not fail because of the slowest of a thousand statements. */
async function runPatiently(
  batch: () => Promise<boolean>,
  deleted: { sessions: number; events: number },
  signal: AbortSignal,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const before = { ...deleted }
    try {
      return await batch()
    } catch (error) {
      Object.assign(deleted, before)
      const isBusy = error instanceof Problem && error.code === 'store_unavailable'
      if (!isBusy || attempt === attempts || signal.aborted) throw error
      await pause(busyPauseMs)
    }
  }
}

/** One batch; whether there may be more. */
type Step = (executor: Executor) => Promise<boolean>

/**
 * Scans the table once, page by page in the order of the primary key: erases old successors, and marks rows that a bulk
 * revocation covers but did not mark. An index would find these rows faster, but every rotation would lose its heap-only
 * update.
 */
function walker(settings: CleanupSettings): Step {
  let after = firstId
  let began: Instant | null = null
  return async executor => {
    began ??= await now(executor)
    const next = await pageEnd(executor, after, settings.batchSize)
    const end = next ?? lastId
    await executor.execute(sql`
      UPDATE user_sessions SET successor_sealed = NULL WHERE id IN (
        SELECT id FROM user_sessions
        WHERE id > ${after} AND id <= ${end} AND successor_sealed IS NOT NULL
          AND rotated_at < to_timestamp(${settings.successorsOlderThan}::float8 / 1000)
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)`)
    await markCutOffPage(executor, { after, end }, { actor: 'system' })
    after = end
    if (next !== null) return true
    await completeRunsOpenedBefore(executor, began - commitMarginMs)
    return false
  }
}

async function deleteOldRevocations(executor: Executor, settings: CleanupSettings): Promise<number> {
  const deleted = await executor.execute(sql`
    DELETE FROM revocations WHERE session_id IN (
      SELECT session_id FROM revocations WHERE created_at < statement_timestamp() - interval '1 day'
      ORDER BY created_at LIMIT ${settings.batchSize} FOR UPDATE SKIP LOCKED)`)
  return deleted.rowCount ?? 0
}

/** These counts are no longer used, and any lock has long ended. */
async function deleteForgottenThrottles(executor: Executor, settings: CleanupSettings): Promise<number> {
  const deleted = await executor.execute(sql`
    DELETE FROM login_throttles WHERE (subject_hash, device_id) IN (
      SELECT subject_hash, device_id FROM login_throttles
      WHERE window_started_at < statement_timestamp() - make_interval(secs => ${forgottenAfterMs / 1000})
      ORDER BY window_started_at LIMIT ${settings.batchSize} FOR UPDATE SKIP LOCKED)`)
  return deleted.rowCount ?? 0
}

/**
 * Cut-offs older than any session, since the scan has marked all that they cover, and equally old runs; instances that
 * are gone, counts that are no longer used, and keys whose last token has expired.
 */
async function deleteWhatNothingNeeds(executor: Executor, settings: CleanupSettings): Promise<boolean> {
  await executor.execute(sql`
    DELETE FROM cutoffs
    WHERE greatest(issued_before, created_at)
        < statement_timestamp() - make_interval(secs => ${settings.longestSessionSeconds})`)
  await executor.execute(sql`
    DELETE FROM revocation_runs
    WHERE created_at < statement_timestamp() - make_interval(secs => ${settings.longestSessionSeconds})`)
  await executor.execute(sql`
    DELETE FROM instances WHERE seen_at < statement_timestamp() - make_interval(secs => ${settings.windowSeconds})
      AND seen_at < (SELECT max(seen_at) FROM instances)`)
  await executor.execute(sql`
    DELETE FROM outages WHERE ended_at < statement_timestamp() - make_interval(secs => ${settings.longestSessionSeconds})`)
  await executor.execute(
    sql`DELETE FROM secret_ids WHERE last_seen_at < statement_timestamp() - interval '1 day'`,
  )
  await executor.execute(
    sql`DELETE FROM role_changes WHERE created_at < statement_timestamp() - interval '1 day'`,
  )
  await deleteOldCounts(executor)
  await deleteEndedSigningKeys(executor)
  return false
}

/** One index lookup. */
export async function readBehindSeconds(executor: Executor): Promise<number> {
  const answer = await executor.execute(sql`
    SELECT coalesce(extract(epoch FROM greatest(statement_timestamp() - min(expires_at), '0')), 0) AS seconds
    FROM user_sessions`)
  return Number(answer.rows[0]?.['seconds'])
}

/** A run may be this much older than its commit. */
const commitMarginMs = 10_000

async function now(executor: Executor): Promise<Instant> {
  const answer = await executor.execute(sql`SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now`)
  return Number(answer.rows[0]?.['now'])
}

function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}
