import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Clock } from './clock.ts'
import type { SessionObserver, VerifySource, VerifyVerdict } from './session/observer.ts'

/** What a scrape tells of the service; times are in seconds, as Prometheus wants them. */
export type Metrics = {
  sessions: SessionObserver
  /** A store is in this state from now on. */
  storeState(store: 'postgres' | 'redis', state: string): void
  /** Asked at each scrape. */
  watchPool(read: () => { total: number; idle: number; waiting: number }): void
  /** The text format of Prometheus. */
  text(): Promise<string>
  contentType: string
}

const storeStates = ['up', 'down', 'recovering'] as const

export function createMetrics(clock: Clock, version: string): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'latchkey_info',
    help: 'The version that runs.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1)
  const stores = storeMetrics(registers)
  return {
    sessions: sessionMetrics(clock, registers),
    storeState: stores.enter,
    watchPool: read => void poolMetrics(read, registers),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

function sessionMetrics(clock: Clock, registers: Registry[]): SessionObserver {
  const countVerified = verifyCounter(registers)
  const rotated = new Counter({
    name: 'latchkey_refresh_total',
    help: 'Refresh tokens that were presented.',
    labelNames: ['verdict'],
    registers,
  })
  const revoked = new Counter({
    name: 'latchkey_revocations_total',
    help: 'Sessions that were revoked.',
    labelNames: ['reason'],
    registers,
  })
  const unconfirmed = new Counter({
    name: 'latchkey_revocations_unconfirmed_total',
    help: 'Revocations that were committed, and answered with a 503.',
    registers,
  })
  const lag = new Histogram({
    name: 'latchkey_revocation_lag_seconds',
    help: 'From the commit of a revocation until it held on every instance.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2],
    registers,
  })
  const polls = new Histogram({
    name: 'latchkey_feed_poll_seconds',
    help: 'How long a poll of the revocation feed took.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.4],
    registers,
  })
  const rows = new Counter({
    name: 'latchkey_feed_rows_total',
    help: 'Rows that the polls of the revocation feed have brought.',
    registers,
  })
  let polledAt: number | null = null
  new Gauge({
    name: 'latchkey_feed_age_seconds',
    help: 'How long ago the last good poll of the revocation feed began; past the lease no snapshot counts.',
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

/** Counts by itself between two scrapes: the library takes 0.6 µs to find a counter by its labels, this 0.04. */
function verifyCounter(registers: Registry[]): SessionObserver['verified'] {
  const counts = new Map<VerifySource, Map<VerifyVerdict, number>>()
  new Counter({
    name: 'latchkey_verify_total',
    help: 'Verifies, by what answered.',
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

function storeMetrics(registers: Registry[]) {
  const current = new Gauge({
    name: 'latchkey_store_state',
    help: '1 for the state that a store is in.',
    labelNames: ['store', 'state'],
    registers,
  })
  const transitions = new Counter({
    name: 'latchkey_store_transitions_total',
    help: 'How often a store came into a state.',
    labelNames: ['store', 'state'],
    registers,
  })
  return {
    enter(store: 'postgres' | 'redis', state: string): void {
      for (const each of storeStates) current.set({ store, state: each }, each === state ? 1 : 0)
      transitions.inc({ store, state })
    },
  }
}

function poolMetrics(
  read: () => { total: number; idle: number; waiting: number },
  registers: Registry[],
): Gauge {
  return new Gauge({
    name: 'latchkey_pool_connections',
    help: 'Connections to Postgres, and requests that wait for one.',
    labelNames: ['state'],
    registers,
    collect() {
      const { total, idle, waiting } = read()
      this.set({ state: 'busy' }, total - idle)
      this.set({ state: 'idle' }, idle)
      this.set({ state: 'waiting' }, waiting)
    },
  })
}
