import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { inject } from 'vitest'
import { type Child, startChild, untilReady } from '../../scripts/stores/child.ts'
import { freePort } from '../support/port.ts'
import { freeze, thaw } from './signals.ts'

/** One process of the built service, which can be killed, frozen and started again on the same port. */
export type Instance = {
  name: string
  url: string
  /** With these settings beside its own. */
  start(extra?: NodeJS.ProcessEnv): Promise<void>
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>
  /** SIGKILL. */
  kill(): void
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** How it ended, when nobody had asked for it. */
  crashed(): string | null
  /** The last lines of its log since that moment of `performance.now()`. */
  log(since: number): string[]
}

/** The build under test: what `npm run test:fault` names, else what was made of the sources when the run began. */
export const buildFolder = resolve(process.env['FAULT_DIST'] ?? inject('builtService'))

const keptLines = 30

export async function createInstance(
  name: string,
  build: string,
  environment: NodeJS.ProcessEnv,
): Promise<Instance> {
  const server = join(build, 'server.js')
  await access(server).catch(() => {
    throw new Error(`there is no ${server}: run "npm run build" first`)
  })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const lines: { at: number; text: string }[] = []
  let child: Child | undefined
  let crash: string | null = null

  function running(): Child {
    if (child === undefined) throw new Error(`instance ${name} has not been started`)
    return child
  }

  return {
    name,
    url,
    async start(extra = {}) {
      const started = await startChild(process.execPath, [server], {
        stopSignal: 'SIGTERM',
        output: 'pipe',
        env: { ...environment, ...extra, PORT: String(port) },
      })
      child = started
      crash = null
      void started.exited.then(how => {
        if (child === started) crash = how
      })
      for (const input of [started.stdout, started.stderr]) {
        if (input === null) continue
        createInterface({ input }).on('line', line => {
          lines.push({ at: performance.now(), text: line })
          if (lines.length > keptLines) lines.shift()
        })
      }
      await untilReady(started, 120_000, async () => {
        const answer = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(2_000) })
        await answer.text()
        if (!answer.ok) throw new Error(`/health/live answers ${answer.status}`)
      }).catch((error: unknown) => {
        throw new Error(
          [`instance ${name} did not start: ${error}`, ...lines.map(({ text }) => text)].join('\n'),
          { cause: error },
        )
      })
    },
    async stop() {
      const stopping = child
      child = undefined
      await stopping?.stop()
    },
    kill() {
      const killed = running()
      child = undefined
      killed.kill()
    },
    freeze: () => freeze(running().pid),
    thaw: () => thaw(running().pid),
    crashed: () => crash,
    log: since => lines.filter(({ at }) => at >= since).map(({ text }) => text),
  }
}
