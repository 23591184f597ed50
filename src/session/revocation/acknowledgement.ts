/** What whoever has revoked knows while waiting. Milliseconds count from the commit, by the monotonic clock. */
export type Waiting = {
  /** Instances that may not have read of it yet; infinite when Postgres does not say. */
  unaware: number
  /** Those of them that may trust a Redis which has not confirmed the marks. */
  unmarked: number
  waitedMs: number
}

/** From the commit on; with what came before, an answer goes out within two seconds. */
export const patienceMs = 1_600
/** Each instance measures its lease by a monotonic clock of its own. */
const leaseMarginMs = 50

/**
 * Whether a committed revocation holds on every instance. It does when all have acknowledged it. It also does when no
 * lease that began before the commit can still run: then an instance asks Postgres, or, if it cannot, trusts only
 * the one Redis that it has noted, and nothing there that a mark contradicts.
 */
export function judgeAcknowledgement(
  { unaware, unmarked, waitedMs }: Waiting,
  leaseMs: number,
): 'held' | 'wait' | 'unconfirmed' {
  if (unaware === 0) return 'held'
  if (unmarked === 0 && waitedMs > leaseMs + leaseMarginMs) return 'held'
  return waitedMs > patienceMs ? 'unconfirmed' : 'wait'
}
