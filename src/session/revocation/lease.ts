/**
 * How long this instance may trust what it knows of revocations. Times are of the monotonic clock, in milliseconds.
 *
 * A snapshot counts only while the last good poll of the feed *began* less than the lease ago: whoever revokes waits
 * until every instance has acknowledged, or until no lease that began before the revocation can still run.
 */
export type Lease = {
  /**
   * A poll that began then has brought everything up to then. `redis` is the server that may vouch when Postgres cannot
   * be reached: the one that this instance has noted where those who revoke can read it; null for none.
   */
  renew(pollBeganAt: number, redis: RedisContinuity): void
  /** A poll failed: Postgres cannot be reached. What the last good one has brought still counts for its time. */
  missed(): void
  /** The feed has lost its place: nothing counts before the window has been loaded again. */
  lapse(): void
  /**
   * Whether a snapshot counts that this very Redis has just answered with. While Postgres cannot be reached, the mark
   * in Redis is the second channel, if this server has been there without a break since the last good poll.
   */
  holds(now: number, redis: RedisContinuity): boolean
}

/** Which server Redis is: the very same object for as long as the connection to it is unbroken. Null: away. */
export type RedisContinuity = { readonly runId: string } | null

/** `fallbackMs`: for how long Redis alone may vouch; others stop waiting for an instance that is silent for longer. */
export function createLease(leaseMs: number, fallbackMs = Number.POSITIVE_INFINITY): Lease {
  let renewedAt: number | null = null
  let redisThen: RedisContinuity = null
  let postgresAway = false
  return {
    renew(pollBeganAt, redis) {
      renewedAt = pollBeganAt
      redisThen = redis
      postgresAway = false
    },
    missed() {
      postgresAway = true
    },
    lapse() {
      renewedAt = null
      redisThen = null
    },
    holds(now, redis) {
      if (renewedAt === null) return false
      const age = now - renewedAt
      return age < leaseMs || (age < fallbackMs && postgresAway && redis !== null && redis === redisThen)
    },
  }
}
