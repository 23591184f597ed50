import { createInterface } from 'node:readline'
import getPort from 'get-port'
import { type Child, startChild, untilReady } from '../../scripts/stores/child.ts'
import { onServerCore } from '../field/cores.ts'
import type { Server, Surroundings } from './contestant.ts'

export type ServerOptions = {
  name: string
  /** Compiled JavaScript. */
  file: string
  /** Nothing else of our environment but the path reaches it. */
  environment: Record<string, string>
  surroundings: Pick<Surroundings, 'cores' | 'profileFolder'>
}

/** On a port of its own and on the server's core; resolves when it answers over HTTP. */
export async function startServer({ name, file, environment, surroundings }: ServerOptions): Promise<Server> {
  const port = await getPort()
  const flags = profiling(name, surroundings.profileFolder)
  const [command, args] = onServerCore(surroundings.cores, process.execPath, [...flags, file])
  const child = await startChild(command, args, {
    stopSignal: 'SIGTERM',
    output: 'pipe',
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', PORT: String(port), ...environment },
  })
  const { lastLines, onLine } = readLines(child)
  const url = `http://127.0.0.1:${port}`
  await untilReady(child, 120_000, async () => {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })
    await answer.text()
    if (answer.status === 503) throw new Error('not ready yet')
  }).catch(async (error: unknown) => {
    await child.stop()
    throw new Error([`${name} did not start: ${error}`, ...lastLines()].join('\n'), { cause: error })
  })
  return { url, pid: child.pid, stop: () => child.stop(), lastLines, onLine }
}

/** Sampling costs some time itself: figures of such a run are good for nothing else. */
function profiling(name: string, folder: string | null): string[] {
  if (folder === null) return []
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}.cpuprofile`]
}

function readLines(child: Child): Pick<Server, 'lastLines' | 'onLine'> {
  const last: string[] = []
  const listeners: ((line: string) => void)[] = []
  for (const input of [child.stdout, child.stderr]) {
    if (input === null) continue
    createInterface({ input }).on('line', line => {
      last.push(line)
      if (last.length > 10) last.shift()
      for (const listener of listeners) listener(line)
    })
  }
  return { lastLines: () => last, onLine: listener => listeners.push(listener) }
}
