import type { Clock, Instant } from '../../clock.ts'
import type { IdleDeadlines } from '../../session/policy.ts'
import type { SessionCache } from '../../session/ports.ts'
import type { Propagation } from '../../session/revocation/propagation.ts'
import type { Database } from '../postgres/database.ts'
import type { IdleLimits } from '../session/counts.ts'
import { createAuditLog } from '../session/events.ts'
import { createDirectory } from './directory.ts'
import { createHistory } from './history.ts'
import { createRevocationPreview } from './revocation-preview.ts'
import { createOperatorRevocations } from './revocations.ts'
import { createStatistics } from './statistics.ts'

export type Operators = ReturnType<typeof createOperators>

/** What operators ask and do over HTTP and on the command line, beside maintenance. */
export function createOperators(parts: {
  database: Database
  clock: Clock
  cache: SessionCache
  propagation: Propagation
  countUnaware: (xids: readonly string[]) => Promise<number>
  idleDeadlines: () => IdleDeadlines
  flushRefreshes: () => Promise<void>
  onInterrupted: (error: unknown) => void
}) {
  const { database, clock, idleDeadlines } = parts
  return {
    auditLog: createAuditLog(database),
    directory: createDirectory(parts),
    statistics: createStatistics({ ...parts, idleLimits: () => secondsBefore(clock.now(), idleDeadlines()) }),
    history: createHistory(parts),
    revocations: createOperatorRevocations(parts),
    revocationPreview: createRevocationPreview(parts),
  }
}

/** How long ago each client type's deadline was: its idle limit, and the time for which there was no database. */
function secondsBefore(now: Instant, deadlines: IdleDeadlines): IdleLimits {
  return deadlines.map(({ clientType, activeSince }) => ({ clientType, seconds: (now - activeSince) / 1000 }))
}
