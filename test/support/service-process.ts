import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import getPort from 'get-port'
import type { Environment } from './service.ts'

const root = join(import.meta.dirname, '..', '..')
const startMs = 30_000

export type MemoryReport = { rssBytes: number; heapBytes: number }

export type ServiceProcess = Awaited<ReturnType<typeof startProcess>>

/** The service in a process of its own, from the sources, as `latchkey serve` runs it. */
export async function startProcess(environment: Environment) {
  const port = Number(environment['PORT'] ?? (await getPort()))
  const child = fork(join(root, 'src', 'server.ts'), {
    execArgv: ['--expose-gc', '--import', 'tsx', '--import', join(import.meta.dirname, 'memory-probe.js')],
    env: {
      PATH: process.env['PATH'],
      LOG_LEVEL: 'warn',
      METRICS_PORT: '0',
      PORT: String(port),
      ...environment,
    },
    cwd: root,
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
    async stop(): Promise<void> {
      if (!isRunning()) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null)
  return answer?.ok ?? false
}
