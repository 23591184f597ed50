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

/** The metrics, with times in seconds. `docs/reference/metrics.md` lists them. */
export type Metrics = {
  sessions: SessionObserver
  signIns: SignInObserver
  cleanup: CleanupObserver
  /** Counts a response; `route` is the registered one, so that ids are not labels. On the hot path. */
  answered(route: string, method: string, statusCode: number, tookMs: number): void
  /** Counts a problem with a 5xx status. */
  faulted(code: ProblemCode): void
  /** Sets the current state of a store. */
  storeState(store: 'postgres' | 'redis', state: string): void
  /** Called at each scrape. */
  watchPool(read: () => { total: number; idle: number; waiting: number }): void
  /** Called at each scrape: whether requests skip Redis. */
  watchBreaker(isOpen: () => boolean): void
  /** Called at a scrape, at most every 30 s. */
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
