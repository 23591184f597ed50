/** Whether a store is asked at all. Pure; times are of the monotonic clock, in milliseconds. */
export type Breaker =
  /** Asked. Opens after a few failures in a row. */
  | { kind: 'closed'; failures: number }
  /** Not asked, so that no request waits for a timeout; only a probe goes through. */
  | { kind: 'open' }

/** One failure can be chance; a store that hangs fails every request. */
const failuresToOpen = 3

export const closedBreaker: Breaker = { kind: 'closed', failures: 0 }

export function afterFailure(breaker: Breaker): Breaker {
  if (breaker.kind === 'open') return breaker
  const failures = breaker.failures + 1
  return failures >= failuresToOpen ? { kind: 'open' } : { kind: 'closed', failures }
}

/** An answer to a request that was sent before the breaker opened does not close it; the probe does. */
export function afterSuccess(breaker: Breaker): Breaker {
  return breaker.kind === 'open' || breaker.failures === 0 ? breaker : closedBreaker
}
