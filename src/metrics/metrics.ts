import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { SignInObserver } from '../account/observer.ts'
import type { Clock } from '../clock.ts'
import type { ProblemCode } from '../errors.ts'
import type { SessionObserver } from '../session/observer.ts'
import type { CleanupObserver } from '../store/operator/maintenance.ts'
import { answerMetrics, faultCounter } from './answers.ts'
import { cleanupMetrics } from './cleanup.ts'
import { type CountedRows, rowMetrics } from './rows.ts'
import { sessionMetrics } from './sessions.ts'
import { signInMetrics } from './sign-ins.ts'
import { breakerMetrics, poolMetrics, storeMetrics } from './stores.ts'

/** What a scrape reports, with times in seconds. `docs/reference/metrics.md` lists it. */
export type Metrics = {
  sessions: SessionObserver
  signIns: SignInObserver
  cleanup: CleanupObserver
  /** A request was answered; `route` as it is registered, so that ids do not make labels. On the hot path. */
  answered(route: string, method: string, statusCode: number, tookMs: number): void
  /** A request was answered with a problem of status 5xx. */
  faulted(code: ProblemCode): void
  /** A store is in this state from now on. */
  storeState(store: 'postgres' | 'redis', state: string): void
  /** Asked at each scrape. */
  watchPool(read: () => { total: number; idle: number; waiting: number }): void
  /** Asked at each scrape: whether Redis is not asked. */
  watchBreaker(isOpen: () => boolean): void
  /** Asked at a scrape, every 30 s at most. */
  watchRows(read: () => Promise<CountedRows>): void
  /** The text format of Prometheus. */
  text(): Promise<string>
  contentType: string
}

export function createMetrics(clock: Clock, version: string): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'latchkey_info',
    help: 'Running version; always 1.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1)
  const stores = storeMetrics(registers)
  const answers = answerMetrics(registers)
  return {
    sessions: sessionMetrics(clock, registers),
    signIns: signInMetrics(registers),
    cleanup: cleanupMetrics(clock, registers),
    answered: answers.answered,
    faulted: faultCounter(registers),
    storeState: stores.enter,
    watchPool: read => poolMetrics(read, registers),
    watchBreaker: isOpen => breakerMetrics(isOpen, registers),
    watchRows: read => rowMetrics(read, clock, registers),
    text: async () => `${await registry.metrics()}\n${answers.durations()}\n`,
    contentType: registry.contentType,
  }
}
