import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Job, Report, Result } from './job.ts'
import { runWrk } from './wrk.ts'

/** Puts load on servers, from processes of its own. */
export type Load = {
  /** Rejects when a status or a connection was not as expected. */
  run(job: Job): Promise<Result>
  stop(): Promise<void>
}

const compiled = join(import.meta.dirname, '..', 'dist', 'load', 'generator.js')

/** As a share, where some may fail: more is not explained by a pause of a second in a turn of five. */
const mostFailures = 0.05

/** wrk counts in whole seconds; a shorter warm-up is left to the generator. */
const shortestWrkMs = 1_000

/** `useWrk`: for messages that are the same again and again; wrk can do nothing else. */
export function startLoad(useWrk: boolean): Load {
  const generator = fork(compiled, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  let turn: Promise<unknown> = Promise.resolve()

  async function ask(job: Job): Promise<Result> {
    generator.send(job)
    const [report]: Report[] = await once(generator, 'message')
    if (report?.kind !== 'result') throw new Error(report?.message ?? 'the load generator has ended')
    return report.result
  }

  function byGenerator(job: Job): Promise<Result> {
    const result = turn.then(() => ask(job))
    turn = result.catch(() => undefined)
    return result
  }

  return {
    async run(job) {
      const { work } = job
      const byWrk = useWrk && work.kind === 'cycle' && job.milliseconds >= shortestWrkMs
      const result = await (byWrk ? runWrk(job, work.messages) : byGenerator(job))
      if (result.failures > (job.mayFail ? result.requests * mostFailures : 0)) {
        throw new Error(
          `${result.failures} of ${result.requests} answers were not as expected: ${result.firstFailure}`,
        )
      }
      if (result.requests === 0) throw new Error('there were no answers')
      return result
    },
    async stop() {
      if (generator.exitCode !== null || generator.signalCode !== null) return
      generator.kill()
      await once(generator, 'exit')
    },
  }
}
