import type { DatabaseFacts } from './facts.ts'
import type { Interval, Operation } from './history.ts'

/** All that the checker looks at. */
export type Evidence = {
  operations: readonly Operation[]
  facts: DatabaseFacts
  /** While the fault lasted; null: there was none. */
  fault: Interval | null
  /** While an instance was frozen or gone: its answers are not asked for then. */
  out: readonly (Interval & { instance: string })[]
  /** Milliseconds between two moments, less what the machine withheld. */
  undisturbedMs(from: number, to: number): number
  settings: CheckSettings
}

export type CheckSettings = {
  rotationGraceMs: number
  /** Which calls the design lets fail while the fault lasts. */
  mayFail: (operation: Operation) => boolean
  /**
   * What was answered within this time may have been lost: a standby was promoted that had not received it. Nothing
   * answered then is held to its promise.
   */
  rewound: Interval | null
}

/** The invariants of the design, as far as clients and the database can show that they were broken. */
export type Rule =
  | 'revocation is final'
  | 'no false sign-out'
  | 'one lineage'
  | 'no false success'
  | 'bounded'
  | 'recovery'
  | 'availability'

export type Violation = { rule: Rule; what: string; operations: readonly Operation[] }

/** Whether the database may have forgotten what was answered then. */
export function isLost({ settings: { rewound } }: Evidence, at: number): boolean {
  return rewound !== null && at >= rewound.from && at <= rewound.to
}

/** Whether the instance was frozen or gone during any of it. */
export function isOut(operation: Operation, { out }: Pick<Evidence, 'out'>): boolean {
  return out.some(interval => interval.instance === operation.instance && overlapMs(operation, interval) > 0)
}

export function overlapMs({ start, end }: Operation, { from, to }: Interval): number {
  return Math.max(0, Math.min(end, to) - Math.max(start, from))
}

/** Where the machine gives less, what is not done in time says nothing of the service. */
const leastPace = 0.4
/** What the service gave up on was under way for some time before. */
const leadMs = 1_000

/** Whether the machine was too slow, during the operation and shortly before it, to judge by the clock. */
export function isStarved(
  { start, end }: Operation,
  { operations, undisturbedMs }: Pick<Evidence, 'operations' | 'undisturbedMs'>,
): boolean {
  const from = Math.max(start - leadMs, operations[0]?.start ?? start)
  return undisturbedMs(from, end) < leastPace * (end - from)
}

/** The part of an id that tells it from others made at the same time. */
export function short(id: string): string {
  return id.slice(-6)
}
