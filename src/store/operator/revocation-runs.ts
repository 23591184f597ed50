import { and, eq, isNull, lt, sql } from 'drizzle-orm'
import type { Instant } from '../../clock.ts'
import type { RevocationStrategy } from '../../operator/revocation-target.ts'
import type { Executor } from '../postgres/database.ts'
import { revocationRuns } from '../postgres/schema/revocations.ts'

/** The progress of a revocation by an operator. */
export type RevocationRun = {
  id: string
  strategy: RevocationStrategy
  /** Number of sessions that it covers and that were not revoked before; null until they are counted. */
  matched: number | null
  revoked: number
  /** Null while rows are still being marked. */
  completedAt: Instant | null
}

const columns = {
  id: revocationRuns.id,
  strategy: revocationRuns.strategy,
  matched: revocationRuns.matched,
  revoked: revocationRuns.revoked,
  completedAt: revocationRuns.completedAt,
}

/** Opens a run in the transaction of the revocation itself; with `done`, one that is already complete. */
export async function insertRun(
  executor: Executor,
  run: { id: string; strategy: RevocationStrategy; value: string | null; reason: string; actor: string },
  done: { matched: number; revoked: number } | null,
): Promise<void> {
  const completed = done === null ? {} : { ...done, completedAt: sql`clock_timestamp()` }
  await executor.insert(revocationRuns).values({ ...run, ...completed })
}

export async function addRevoked(executor: Executor, id: string, more: number): Promise<void> {
  await executor
    .update(revocationRuns)
    .set({ revoked: sql`${revocationRuns.revoked} + ${more}` })
    .where(eq(revocationRuns.id, id))
}

export async function setMatched(executor: Executor, id: string, matched: number): Promise<void> {
  await executor.update(revocationRuns).set({ matched }).where(eq(revocationRuns.id, id))
}

export async function completeRun(executor: Executor, id: string): Promise<void> {
  await executor
    .update(revocationRuns)
    .set({ completedAt: sql`clock_timestamp()` })
    .where(eq(revocationRuns.id, id))
}

/** The transaction that every instance must have read, for `propagated`. */
export async function findRun(
  executor: Executor,
  id: string,
): Promise<(RevocationRun & { xid: string }) | null> {
  const [run] = await executor
    .select({ ...columns, xid: sql<string>`${revocationRuns.xid}::text` })
    .from(revocationRuns)
    .where(eq(revocationRuns.id, id))
  return run ?? null
}

/** For runs whose instance has stopped: cleanup has since scanned all rows. */
export async function completeRunsOpenedBefore(executor: Executor, walkBegan: Instant): Promise<void> {
  await executor
    .update(revocationRuns)
    .set({
      completedAt: sql`clock_timestamp()`,
      matched: sql`coalesce(${revocationRuns.matched}, ${revocationRuns.revoked})`,
    })
    .where(and(isNull(revocationRuns.completedAt), lt(revocationRuns.createdAt, walkBegan)))
}
