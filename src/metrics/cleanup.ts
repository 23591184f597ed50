import { Counter, Gauge, type Registry } from 'prom-client'
import type { Clock } from '../clock.ts'
import type { CleanupObserver } from '../store/operator/maintenance.ts'

/** Of the runs in this process; those of a command elsewhere show in how far cleanup is behind. */
export function cleanupMetrics(clock: Clock, registers: Registry[]): CleanupObserver {
  const runs = new Counter({
    name: 'latchkey_cleanup_runs_total',
    help: 'Runs of cleanup in this process.',
    labelNames: ['outcome'],
    registers,
  })
  const deleted = new Counter({
    name: 'latchkey_cleanup_deleted_rows_total',
    help: 'Rows that cleanup has deleted in this process.',
    labelNames: ['kind'],
    registers,
  })
  const endedAt = new Gauge({
    name: 'latchkey_cleanup_last_run_timestamp_seconds',
    help: 'When the last run of this process that did its work ended; 0 before the first.',
    registers,
  })
  const took = new Gauge({
    name: 'latchkey_cleanup_last_run_seconds',
    help: 'How long that run took.',
    registers,
  })
  return {
    cleaned(result) {
      runs.inc({ outcome: result.kind })
      if (result.kind !== 'done') return
      deleted.inc({ kind: 'sessions' }, result.deletedSessions)
      deleted.inc({ kind: 'events' }, result.deletedEvents)
      endedAt.set(clock.now() / 1000)
      took.set(result.tookMs / 1000)
    },
    failed: () => runs.inc({ outcome: 'failed' }),
  }
}
