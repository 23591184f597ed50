import { v7 as uuid } from 'uuid'
import type { Instant } from '../../clock.ts'
import type { RevocationTarget } from '../../operator/revocation-target.ts'
import type { MarkedOn, Revoked, SessionCache } from '../../session/ports.ts'
import type { Cutoff } from '../../session/revocation/deny-set.ts'
import type { Propagation } from '../../session/revocation/propagation.ts'
import {
  type RevokedBy,
  revokeAllInTransaction,
  revokeInTransaction,
} from '../../session/revocation/revoke.ts'
import type { Actor, DoneBy } from '../../session/session.ts'
import type { Database, Executor } from '../postgres/database.ts'
import { firstId, lastId, pageEnd } from '../postgres/pages.ts'
import type { CutoffScope } from '../postgres/schema/revocations.ts'
import { insertEvents } from '../session/events.ts'
import { insertCutoff, isCutOffBy } from '../session/revocation/cutoffs.ts'
import { countCutOffPage, type IdRange, markCutOffPage } from '../session/revocation/revocations.ts'
import { ownerOf } from '../session/sessions.ts'
import { bindTransaction } from '../session/transaction.ts'
import {
  addRevoked,
  completeRun,
  findRun,
  insertRun,
  type RevocationRun,
  setMatched,
} from './revocation-runs.ts'

/** The actor, the origin and the reason of a revocation, for the audit log. */
export type Operator = DoneBy & { reason: string }

export type Revocation = {
  id: string
  /** Resolves when all rows are marked. Rejects if marking had to stop; cleanup then marks the rest. */
  completed: Promise<void>
}

export type OperatorRevocations = ReturnType<typeof createOperatorRevocations>

/** Rows per statement when only counting. */
const countedPageSize = 20_000
const markedPageSize = 1_000

/** Revocations by operators: one session, those of a user, or many with a cut-off that takes effect immediately. */
export function createOperatorRevocations(parts: {
  database: Database
  cache: SessionCache
  propagation: Propagation
  /** How many instances may not have read these transactions yet. */
  countUnaware: (xids: readonly string[]) => Promise<number>
  /** Called if not all rows could be marked. */
  onInterrupted: (error: unknown) => void
}) {
  const { database, cache, propagation, countUnaware, onInterrupted } = parts
  const marking = new Set<Promise<void>>()
  let stopping = false

  return {
    /**
     * Resolves when it is committed and in effect on every instance; rows that a bulk revocation covers may still be
     * unmarked. Null if there is no such session or user. Throws `revocation_unconfirmed`.
     */
    async revoke(
      target: RevocationTarget,
      operator: Operator,
      progress: (marked: number) => void = () => undefined,
    ): Promise<Revocation | null> {
      const id = uuid()
      switch (target.strategy) {
        case 'session':
          return await revokeNow(id, 'session', target.sessionId, operator)
        case 'user':
          return await revokeNow(id, 'user', target.userId, operator)
        case 'client_type':
          return await revokeMany(id, factOf('client_type', target.clientType), operator, progress)
        case 'ip':
          return await revokeMany(id, factOf('ip', target.network), operator, progress)
        case 'issued_before':
          return await revokeMany(id, factOf('issued_before', null, target.before), operator, progress)
        case 'all':
          return await revokeMany(id, factOf('all', null), operator, progress)
      }
    },

    /** `propagated`: every instance has acknowledged it. Null if there is no such revocation, or no longer. */
    async find(id: string): Promise<(RevocationRun & { propagated: boolean }) | null> {
      const found = await database.run(executor => findRun(executor, id))
      if (found === null) return null
      const { xid, ...run } = found
      return { ...run, propagated: (await countUnaware([xid])) === 0 }
    },

    /** Stops marking after the current page; cleanup marks the rest. */
    async stop(): Promise<void> {
      stopping = true
      await Promise.allSettled(marking)
    },
  }

  /** Few rows: all of it in one transaction. */
  async function revokeNow(
    id: string,
    strategy: 'session' | 'user',
    value: string,
    { actor, origin, reason }: Operator,
  ): Promise<Revocation | null> {
    const by: RevokedBy = { reason: 'admin', actor, origin, note: reason }
    const revoked = await database.transaction(async executor => {
      const ended =
        strategy === 'session' ? endSession(executor, value, by) : endSessionsOf(executor, value, by)
      const all = await ended
      if (all === null) return null
      const isNew = all.filter(session => session.isNew).length
      const matched = strategy === 'session' ? 1 : isNew
      await insertRun(executor, { id, strategy, value, reason, actor }, { matched, revoked: isNew })
      return all
    })
    if (revoked !== null) {
      await propagation.confirm(revoked)
      return { id, completed: Promise.resolve() }
    }
    // A database that has lost commits may not have the session; its snapshot must not be accepted any longer.
    if (strategy === 'session') {
      await propagation.announce([{ sessionId: value, reason: 'admin', isNew: false, xid: '' }])
    }
    return null
  }

  /** A cut-off, which takes effect when it is committed; the rows are marked afterwards. */
  async function revokeMany(
    id: string,
    fact: Fact,
    operator: Operator,
    progress: (marked: number) => void,
  ): Promise<Revocation> {
    const { cutoff, xid } = await database.transaction(executor => openCutoff(executor, id, fact, operator))
    const marked = markRows(id, operator, progress)
    const completed = marked.then(() => undefined)
    marking.add(completed)
    // The caller may not wait for it; cleanup marks rows that remain.
    completed.catch(onInterrupted).finally(() => marking.delete(completed))
    await propagation.confirmCutoff(cutoff, xid, marked)
    return { id, completed }
  }

  async function markRows(
    id: string,
    by: { actor: Actor },
    progress: (marked: number) => void,
  ): Promise<MarkedOn> {
    const [markedOn] = await Promise.all([markPages(id, by, progress), countPages(id)])
    if (stopping) throw new Error('stopped before all rows were marked')
    await database.run(executor => completeRun(executor, id))
    return markedOn
  }

  async function markPages(
    id: string,
    by: { actor: Actor },
    progress: (marked: number) => void,
  ): Promise<MarkedOn> {
    const servers = new Set<MarkedOn>()
    let total = 0
    await walk(markedPageSize, async (executor, page) => {
      const ids = await markCutOffPage(executor, page, by, isCutOffBy(id))
      if (ids.length > 0) await addRevoked(executor, id, ids.length)
      return async () => {
        servers.add(await cache.revoke(ids.map(sessionId => ({ sessionId, reason: 'bulk' }))))
        total += ids.length
        progress(total)
      }
    })
    const [server = null, ...others] = servers
    return others.length === 0 ? server : null
  }

  async function countPages(id: string): Promise<void> {
    let matched = 0
    await walk(countedPageSize, async (executor, page) => {
      matched += await countCutOffPage(executor, page, id)
      return async () => undefined
    })
    if (!stopping) await database.run(executor => setMatched(executor, id, matched))
  }

  /** Page by page in the order of the primary key, each in a transaction; the function that `work` returns runs after the commit. */
  async function walk(
    pageSize: number,
    work: (executor: Executor, page: IdRange) => Promise<() => Promise<void>>,
  ): Promise<void> {
    for (let after = firstId; after !== lastId && !stopping; ) {
      const page = await database.transaction(async executor => {
        const end = (await pageEnd(executor, after, pageSize)) ?? lastId
        return { end, afterwards: await work(executor, { after, end }) }
      })
      await page.afterwards()
      after = page.end
    }
  }
}

type Fact = { scope: CutoffScope; subject: string | null; issuedBefore: Instant | null }

/** Without a time: now, by the database's clock. */
function factOf(scope: CutoffScope, subject: string | null, issuedBefore: Instant | null = null): Fact {
  return { scope, subject, issuedBefore }
}

async function endSession(executor: Executor, sessionId: string, by: RevokedBy): Promise<Revoked[] | null> {
  const userId = await ownerOf(executor, sessionId)
  if (userId === null) return null
  return await revokeInTransaction(bindTransaction(executor), { userId, sessionIds: [sessionId] }, by)
}

async function endSessionsOf(executor: Executor, userId: string, by: RevokedBy): Promise<Revoked[] | null> {
  const tx = bindTransaction(executor)
  if ((await tx.lockUser(userId)) === null) return null
  return await revokeAllInTransaction(tx, { userId, except: null }, by)
}

async function openCutoff(
  executor: Executor,
  id: string,
  fact: Fact,
  { actor, origin, reason }: Operator,
): Promise<{ cutoff: Cutoff; xid: string }> {
  const { issuedBefore, xid } = await insertCutoff(executor, { id, ...fact, actor, reason })
  const { scope, subject } = fact
  const at = new Date(issuedBefore).toISOString()
  const value = scope === 'issued_before' ? at : subject
  await insertRun(executor, { id, strategy: scope, value, reason, actor }, null)
  await insertEvents(executor, [
    {
      type: 'bulk_revocation',
      userId: null,
      sessionId: null,
      actor,
      origin,
      details: { scope, subject, issuedBefore: at, reason },
    },
  ])
  return { cutoff: { id, scope, subject, issuedBefore }, xid }
}
