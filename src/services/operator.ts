import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Logger } from '../observability.ts'
import type { SessionContext } from '../session/context.ts'
import { idleDeadlines } from '../session/policy.ts'
import { createMaintenance } from '../store/operator/maintenance.ts'
import { createOperators } from '../store/operator/operators.ts'
import type { Database } from '../store/postgres/database.ts'
import { idleLimits, longest } from './policies.ts'
import { type createRevocations, windowSeconds } from './revocations.ts'

/** The functions for operators: statistics, the audit log, revocations, and maintenance. */
export function createOperator(parts: {
  config: Config
  clock: Clock
  logger: Logger
  metrics: Metrics
  database: Database
  context: SessionContext
  revocations: ReturnType<typeof createRevocations>
}) {
  const { config, clock, logger, metrics, database, context, revocations } = parts
  const operators = createOperators({
    database,
    clock,
    cache: context.cache,
    propagation: revocations.propagation,
    countUnaware: revocations.countUnaware,
    idleDeadlines: () => idleDeadlines(config.policies, clock.now(), context.continuity.before),
    flushRefreshes: context.refreshes.flush,
    onInterrupted: error =>
      logger.warn({ err: error }, 'bulk revocation in effect, but not all rows are marked'),
  })
  const maintenance = createMaintenance(
    {
      database,
      clock,
      before: context.continuity.before,
      secrets: context.secrets,
      observer: metrics.cleanup,
    },
    {
      eventsRetentionDays: config.eventsRetentionDays,
      rotationGraceSeconds: config.rotationGraceSeconds,
      longestAccessTokenSeconds: longest(config.policies, 'accessTokenTtlSeconds'),
      longestSessionSeconds: longest(config.policies, 'absoluteTimeoutSeconds'),
      windowSeconds: windowSeconds(config),
      idleLimits: idleLimits(config.policies),
    },
  )
  metrics.watchRows(async () => {
    const [{ live }, cleanupBehindSeconds] = await Promise.all([
      operators.statistics.read(),
      maintenance.behindSeconds(),
    ])
    return { live, cleanupBehindSeconds }
  })
  return { ...operators, maintenance }
}
