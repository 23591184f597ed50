import type { Logger } from '../observability.ts'

/** A repeated task. A failed run is logged, and the next one runs as planned. `signal` stops a run. */
export type Job = { name: string; everyMs: number; run: (signal: AbortSignal) => Promise<void> }

/** Starts jobs; a job never overlaps itself. `stop` waits for runs in progress. */
export function startJobs(jobs: readonly Job[], logger: Logger): { stop(): Promise<void> } {
  const timers = new Map<string, NodeJS.Timeout>()
  const running = new Map<string, Promise<void>>()
  const failing = new Set<string>()
  const stopping = new AbortController()

  function plan(job: Job): void {
    if (stopping.signal.aborted) return
    timers.set(
      job.name,
      setTimeout(() => running.set(job.name, runOnce(job)), job.everyMs),
    )
  }

  async function runOnce(job: Job): Promise<void> {
    try {
      await job.run(stopping.signal)
      if (failing.delete(job.name)) logger.info({ job: job.name }, 'job recovered')
    } catch (error) {
      // Once, not every time: a store that is down would fill the log.
      if (!failing.has(job.name)) logger.warn({ job: job.name, err: error }, 'job failed')
      failing.add(job.name)
    } finally {
      plan(job)
    }
  }

  for (const job of jobs) plan(job)
  return {
    async stop() {
      stopping.abort()
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.all(running.values())
    },
  }
}
