export interface Lifetime {
  /** Takes charge of something: it is stopped at the end, also when that comes while it is still starting. */
  hold<T>(starting: Promise<T>, stop: (started: T) => Promise<unknown>): Promise<T>
  /** Aborted as soon as the end begins. */
  signal: AbortSignal
  /** Stops everything, last things first, and then this process. A second call leaves it to the first. */
  end(exitCode: number): Promise<void>
}

/** Ctrl-C, SIGTERM, SIGHUP and the end of our parent end it too; whoever is impatient asks twice. */
export function openLifetime(interrupted: () => void): Lifetime {
  const ending = new AbortController()
  const stops: (() => Promise<unknown>)[] = []

  async function end(exitCode: number): Promise<void> {
    if (ending.signal.aborted) return
    ending.abort()
    let code = exitCode
    for (const stop of stops.reverse()) {
      await stop().catch((error: unknown) => {
        console.error(error)
        code ||= 1
      })
    }
    process.exit(code)
  }

  function interrupt(exitCode: number): void {
    if (!ending.signal.aborted) interrupted()
    void end(exitCode)
  }

  for (const [name, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(name, () => {
      // The watchdogs of our children do the rest.
      if (ending.signal.aborted) process.exit(exitCode)
      interrupt(exitCode)
    })
  }
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) interrupt(1)
  }, 250).unref()

  return {
    signal: ending.signal,
    end,
    hold(starting, stop) {
      // What never started stops nothing; whoever waits for it is told.
      stops.push(() => starting.then(stop, () => undefined))
      return starting
    },
  }
}
