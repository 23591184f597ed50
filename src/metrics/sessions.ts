import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Clock } from '../clock.ts'
import type { SessionObserver, VerifySource, VerifyVerdict } from '../session/observer.ts'

export function sessionMetrics(clock: Clock, registers: Registry[]): SessionObserver {
  const countVerified = verifyCounter(registers)
  const rotated = new Counter({
    name: 'latchkey_refresh_total',
    help: 'Refresh requests by verdict.',
    labelNames: ['verdict'],
    registers,
  })
  const revoked = new Counter({
    name: 'latchkey_revocations_total',
    help: 'Revoked sessions by reason.',
    labelNames: ['reason'],
    registers,
  })
  const unconfirmed = new Counter({
    name: 'latchkey_revocations_unconfirmed_total',
    help: 'Revocations that were committed but not confirmed by every instance in time (503).',
    registers,
  })
  const lag = new Histogram({
    name: 'latchkey_revocation_lag_seconds',
    help: 'Time from the commit of a revocation until every instance applied it.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2],
    registers,
  })
  const polls = new Histogram({
    name: 'latchkey_feed_poll_seconds',
    help: 'Duration of a poll of the revocation feed.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.4],
    registers,
  })
  const rows = new Counter({
    name: 'latchkey_feed_rows_total',
    help: 'Rows returned by polls of the revocation feed.',
    registers,
  })
  let polledAt: number | null = null
  new Gauge({
    name: 'latchkey_feed_age_seconds',
    help: 'Time since the last successful poll of the revocation feed began. Past the lease, snapshots are not used.',
    registers,
    collect() {
      if (polledAt !== null) this.set((clock.monotonic() - polledAt) / 1000)
    },
  })
  return {
    verified: (source, verdict) => countVerified(source, verdict),
    rotated: verdict => rotated.inc({ verdict }),
    revoked: (reason, sessions) => revoked.inc({ reason }, sessions),
    held: lagMs => lag.observe(lagMs / 1000),
    unconfirmed: () => unconfirmed.inc(),
    polled(beganAtMs, tookMs, brought) {
      polledAt = beganAtMs
      polls.observe(tookMs / 1000)
      rows.inc(brought)
    },
  }
}

/** Counts in its own maps between scrapes: the library takes 0.6 µs to find a counter by its labels, this 0.04. */
function verifyCounter(registers: Registry[]): SessionObserver['verified'] {
  const counts = new Map<VerifySource, Map<VerifyVerdict, number>>()
  new Counter({
    name: 'latchkey_verify_total',
    help: 'Verify requests by source of the answer and verdict.',
    labelNames: ['source', 'verdict'],
    registers,
    collect() {
      this.reset()
      for (const [source, verdicts] of counts) {
        for (const [verdict, count] of verdicts) this.inc({ source, verdict }, count)
      }
    },
  })
  return (source, verdict) => {
    const verdicts = counts.get(source) ?? new Map<VerifyVerdict, number>()
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
    counts.set(source, verdicts)
  }
}
