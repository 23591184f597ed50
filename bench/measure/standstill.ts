/** Whether the machine itself stood still: no contestant is to blame for what it does then. */
export type Standstills = {
  /** Looks at what comes from now on. */
  restart(): void
  /** Whether it stood still since `restart`; a few times in a run at most, since otherwise nothing would ever be measured. */
  stoodStill(): boolean
  /** How often it did. */
  count(): number
  stop(): void
}

/** Milliseconds. The service gives Postgres 0.8 s for a statement. */
const standstillMs = 500
const lookEveryMs = 50
const mostInARun = 5

/** By how late a timer is, in a process that only waits while others are measured. */
export function watchStandstills(): Standstills {
  let latestMs = 0
  let lookedAt = performance.now()
  let count = 0
  const timer = setInterval(look, lookEveryMs)

  function look(): void {
    const now = performance.now()
    latestMs = Math.max(latestMs, now - lookedAt - lookEveryMs)
    lookedAt = now
  }

  return {
    restart() {
      latestMs = 0
      lookedAt = performance.now()
    },
    stoodStill() {
      look()
      if (latestMs < standstillMs || count === mostInARun) return false
      count++
      return true
    },
    count: () => count,
    stop: () => clearInterval(timer),
  }
}
