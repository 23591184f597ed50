import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { messagesOf } from './files.ts'
import { encode } from './http.ts'
import type { Job, Result } from './job.ts'

const execute = promisify(execFile)

const script = join(import.meta.dirname, 'wrk.lua')

/** Its version, or null where it is not installed. */
export async function wrkVersion(): Promise<string | null> {
  // It has no other way to tell, and says by its exit code that it was given no URL.
  const told = await execute('wrk', ['--version']).catch((error: { stdout?: string }) => error)
  return /^wrk (\S+)/.exec(told.stdout ?? '')?.[1] ?? null
}

/** The messages in turn, by wrk: it takes half of the time of autocannon for a request, on a machine with few cores. */
export async function runWrk(job: Job, file: string): Promise<Result> {
  const { host } = new URL(job.url)
  const seconds = Math.round(job.milliseconds / 1000)
  const flags = ['-t1', '--timeout', '10s', `-c${job.connections}`, `-d${seconds}s`, '-s', script]
  const { stdout } = await execute('wrk', [...flags, job.url, '--', rawRequests(file, host)])
  const told: WrkSummary = JSON.parse(/^\{.*\}$/m.exec(stdout)?.[0] ?? '')
  const { requests, refused, broken, microseconds, p50, p99 } = told
  // wrk counts what is past 399; which status exactly the check before each round has seen.
  const unexpected = job.expect.every(status => status >= 400) ? requests - refused : refused
  const failures = unexpected + broken
  return {
    requests,
    seconds: microseconds / 1e6,
    p50Ms: p50 / 1000,
    p99Ms: p99 / 1000,
    failures,
    firstFailure: failures === 0 ? null : stdout.trim(),
  }
}

/** What `wrk.lua` prints. */
type WrkSummary = {
  requests: number
  refused: number
  broken: number
  microseconds: number
  p50: number
  p99: number
}

/** Each request as it goes over the wire, behind a line with its length. */
function rawRequests(file: string, host: string): string {
  const raw = `${file}.${host.replace(':', '-')}.raw`
  if (!existsSync(raw)) {
    const requests = messagesOf(file).map(message => encode(message, host))
    writeFileSync(raw, requests.map(request => `${Buffer.byteLength(request)}\n${request}`).join(''))
  }
  return raw
}
