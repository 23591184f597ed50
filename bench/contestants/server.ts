import { createInterface } from 'node:readline'
import getPort from 'get-port'
import { type Child, startChild, untilReady } from '../../scripts/stores/child.ts'
import { type Cores, onServerCore } from '../cores.ts'

/** A contestant's process that serves. */
export type Server = {
  url: string
  pid: number
  stop(): Promise<void>
  /** The last lines that it wrote, for whoever has to explain a failure. */
  lastLines(): string[]
}

export type ServerOptions = {
  name: string
  /** Compiled JavaScript. */
  file: string
  /** Nothing else of our environment but the path reaches it. */
  environment: Record<string, string>
  cores: Cores
}

/** On a port of its own and on the server's core; resolves when it answers over HTTP. */
export async function startServer({ name, file, environment, cores }: ServerOptions): Promise<Server> {
  const port = await getPort()
  const [command, args] = onServerCore(cores, process.execPath, [file])
  const child = await startChild(command, args, {
    stopSignal: 'SIGTERM',
    output: 'pipe',
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', PORT: String(port), ...environment },
  })
  const lastLines = keepLastLines(child)
  const url = `http://127.0.0.1:${port}`
  await untilReady(child, 30_000, async () => {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })
    await answer.text()
    if (answer.status === 503) throw new Error('not ready yet')
  }).catch(async (error: unknown) => {
    await child.stop()
    throw new Error([`${name} did not start: ${error}`, ...lastLines()].join('\n'), { cause: error })
  })
  return { url, pid: child.pid, stop: () => child.stop(), lastLines }
}

function keepLastLines(child: Child): () => string[] {
  const lines: string[] = []
  for (const input of [child.stdout, child.stderr]) {
    if (input === null) continue
    createInterface({ input }).on('line', line => {
      lines.push(line)
      if (lines.length > 10) lines.shift()
    })
  }
  return () => lines
}
