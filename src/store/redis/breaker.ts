/** Whether requests use a store. Pure; times are milliseconds of the monotonic clock. */
export type Breaker =
  /** In use. Opens after a few failures in a row. */
  | { kind: 'closed'; failures: number }
  /** Skipped, so that no request waits for a timeout; only a probe is sent. */
  | { kind: 'open' }

/** A single failure can be chance; a store that hangs fails every request. */
const failuresToOpen = 3

export const closedBreaker: Breaker = { kind: 'closed', failures: 0 }

export function afterFailure(breaker: Breaker): Breaker {
  if (breaker.kind === 'open') return breaker
  const failures = breaker.failures + 1
  return failures >= failuresToOpen ? { kind: 'open' } : { kind: 'closed', failures }
}

/** A response to a request from before the breaker opened does not close it; the probe does. */
export function afterSuccess(breaker: Breaker): Breaker {
  return breaker.kind === 'open' || breaker.failures === 0 ? breaker : closedBreaker
}
