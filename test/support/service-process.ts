import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { freePort } from './port.ts'
import type { Environment } from './service.ts'

const startMs = 120_000

export type MemoryReport = { rssBytes: number; heapBytes: number }

export type ServiceProcess = Awaited<ReturnType<typeof startProcess>>

/** The service in a process of its own, as `latchkey serve` runs it; `imports` are loaded before it. */
export async function startProcess(environment: Environment, imports: readonly string[] = []) {
  const port = Number(environment['PORT'] ?? (await freePort()))
  const child = fork(join(inject('builtService'), 'server.js'), {
    execArgv: [
      '--expose-gc',
      ...[join(import.meta.dirname, 'memory-probe.js'), ...imports].flatMap(name => ['--import', name]),
    ],
    env: {
      PATH: process.env['PATH'],
      LOG_LEVEL: 'warn',
      METRICS_PORT: '0',
      PORT: String(port),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', chunk => {
      output += chunk
    })
  }
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const deadline = performance.now() + startMs
  while (!(await isReady(port))) {
    if (!isRunning() || performance.now() > deadline) throw new Error(`the service did not start: ${output}`)
    await sleep(100)
  }
  return {
    port,
    /** False once it has crashed, as it does on a rejection that nobody handles. */
    isRunning,
    /** All that it has said: the log, from warnings up, and whatever else went to stderr. */
    output: () => output,
    async memory(): Promise<MemoryReport> {
      child.send('memory')
      const [report]: MemoryReport[] = await once(child, 'message')
      if (report === undefined) throw new Error('no report')
      return report
    },
    /** SIGKILL: it says goodbye to nobody. */
    async kill(): Promise<void> {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
    /** As whoever runs it would; the exit code, or null when it had to be killed. */
    async stop(): Promise<number | null> {
      child.kill('SIGTERM')
      return await ended()
    },
    /** Waits for nothing: what comes then is for the test to see. */
    signal(name: 'SIGTERM' | 'SIGINT'): void {
      child.kill(name)
    },
    ended,
  }

  /** The exit code, once it has ended by itself; null when it was killed. */
  async function ended(): Promise<number | null> {
    if (isRunning()) await once(child, 'exit')
    return child.exitCode
  }
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null)
  return answer?.ok ?? false
}
