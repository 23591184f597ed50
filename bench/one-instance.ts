import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import getPort from 'get-port'
import { startChild, untilReady } from '../scripts/stores/child.ts'
import { startPostgres, startRedis } from '../scripts/stores.ts'
import { type Cores, onServerCore } from './field/cores.ts'

export type BenchedInstance = {
  url: string
  pid: number
  databaseUrl: string
  /** Runs the command line, and returns what it prints. */
  latchkey(args: string[], input?: string): string
  stop(): Promise<void>
}

const built = (file: string) => join(import.meta.dirname, '..', 'dist', file)

/**
 * One process of the built service, on a Postgres and a Redis of its own that are as they come; on the server's core, if
 * the cores are shared.
 */
export async function startInstance(
  settings: Record<string, string> = {},
  cores: Cores = null,
): Promise<BenchedInstance> {
  const postgres = await startPostgres({ port: 0 })
  const redis = await startRedis({ port: 0, install: false })
  const port = await getPort()
  const env = {
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: postgres.url,
    ...(redis.kind === 'running' ? { REDIS_URL: redis.url } : {}),
    LATCHKEY_SECRET: randomBytes(32).toString('base64'),
    LOG_LEVEL: 'warn',
    PORT: String(port),
    METRICS_PORT: '0',
    ...settings,
  }
  const latchkey = (args: string[], input = '') =>
    execFileSync(process.execPath, [built('cli.js'), ...args], { env, input, encoding: 'utf8' })
  latchkey(['migrate'])
  const [command, args] = onServerCore(cores, process.execPath, [built('server.js')])
  const child = await startChild(command, args, {
    stopSignal: 'SIGTERM',
    output: 'pipe',
    env,
  })
  child.stdout?.pipe(process.stderr)
  child.stderr?.pipe(process.stderr)
  const url = `http://127.0.0.1:${port}`
  await untilReady(child, 120_000, async () => {
    const answer = await fetch(`${url}/health/ready`)
    if (!answer.ok) throw new Error(await answer.text())
  })
  return {
    url,
    pid: child.pid,
    databaseUrl: postgres.url,
    latchkey,
    async stop() {
      await child.stop()
      if (redis.kind === 'running') await redis.stop()
      await postgres.stop()
    },
  }
}

/** Milliseconds; the value below which that share of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
