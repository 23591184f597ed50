import { cannonade } from './cannon.ts'
import { type Drive, drive } from './drive.ts'
import type { Job, Report, Result } from './job.ts'
import { chain, cycleThrough, spend } from './sources.ts'

/** The load generator: one process for all rounds, told what to do over IPC, one job at a time. */
process.on('message', (job: Job) => {
  void run(job)
    .then((result): Report => ({ kind: 'result', result }))
    .catch((error: unknown): Report => ({ kind: 'error', message: String(error) }))
    .then(report => process.send?.(report))
})
process.on('disconnect', () => process.exit(0))

async function run(job: Job): Promise<Result> {
  const { work } = job
  const { host } = new URL(job.url)
  switch (work.kind) {
    case 'cycle':
      return await cannonade(job, work.messages)
    case 'paced':
      return await drive(cycleThrough(work.messages, host), driveOf(job, work.requestsPerSecond))
    case 'spend':
      return await drive(spend(work.messages, host), driveOf(job, null))
    case 'chain':
      return await drive(chain(work, host), driveOf(job, null))
    case 'ask':
      return await ask(job, work.path)
  }
}

function driveOf(job: Job, requestsPerSecond: number | null): Drive {
  const { hostname, port } = new URL(job.url)
  const { connections, milliseconds, expect } = job
  return { host: hostname, port: Number(port), connections, milliseconds, expect, requestsPerSecond }
}

/** The server counts, and no request stands between it and its work. */
async function ask(job: Job, path: string): Promise<Result> {
  const startedAt = performance.now()
  const answer = await fetch(`${job.url}${path}?milliseconds=${job.milliseconds}`)
  const { done }: { done: number } = JSON.parse(await answer.text())
  const seconds = (performance.now() - startedAt) / 1000
  return { requests: done, seconds, p50Ms: null, p99Ms: null, failures: 0, firstFailure: null }
}
