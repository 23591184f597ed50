import { Counter, Gauge, type Registry } from 'prom-client'
import type { Clock } from '../clock.ts'
import type { CleanupObserver } from '../store/operator/maintenance.ts'

/** Runs in this process only. Runs of `latchkey cleanup` elsewhere appear in `latchkey_cleanup_behind_seconds`. */
export function cleanupMetrics(clock: Clock, registers: Registry[]): CleanupObserver {
  const runs = new Counter({
    name: 'latchkey_cleanup_runs_total',
    help: 'Cleanup runs in this process by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  const deleted = new Counter({
    name: 'latchkey_cleanup_deleted_rows_total',
    help: 'Rows deleted by cleanup in this process.',
    labelNames: ['kind'],
    registers,
  })
  const endedAt = new Gauge({
    name: 'latchkey_cleanup_last_run_timestamp_seconds',
    help: 'Time at which the last successful cleanup run of this process ended, 0 before the first.',
    registers,
  })
  const took = new Gauge({
    name: 'latchkey_cleanup_last_run_seconds',
    help: 'Duration of the last successful cleanup run of this process.',
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
