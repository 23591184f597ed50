import pc from 'picocolors'

export type Running = {
  stop(): Promise<void>
  kill?(): void
}

/** Ends what was started, last things first, and then us. A second signal does not wait for the server's requests. */
export function endOnce(started: Running[]): (code: number, problem?: string) => Promise<void> {
  let ending = false
  async function end(code: number, problem?: string): Promise<void> {
    if (ending) return
    ending = true
    if (problem !== undefined) console.error(pc.red(problem))
    for (const running of started.toReversed()) await running.stop()
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!ending) console.log(pc.dim('\nStopping (again to force)'))
      else for (const running of started) running.kill?.()
      void end(0)
    })
  }
  // npm passes SIGTERM to a shell, which passes it to no process; a killed parent passes on nothing.
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) void end(1)
  }, 250).unref()
  return end
}
