import { byCli } from '../../src/cli/actor.ts'
import { readConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/observability.ts'
import { createServices } from '../../src/services.ts'
import { median, type Turn } from '../measure/statistics.ts'

export type CleanupFigures = {
  deletedSessions: number
  /** Until the last expired session was gone. */
  deletingSeconds: number
  rowsPerSecond: number
  /** With what comes after: the walk over the rows that are left. */
  totalSeconds: number
  /** Milliseconds, medians over turns of verify that Postgres answers. */
  calmP99Ms: number
  duringP99Ms: number
  /** Verifies while it ran, and how many of them were not answered with a yes. */
  during: { requests: number; failures: number }
}

/**
 * Deletes all that has expired, as `latchkey cleanup --once` does, while verify goes on. `verify` measures one
 * turn, in which a few may fail while the cleanup runs.
 */
export async function measureCleanup(
  url: string,
  secret: string,
  { turns, verify }: { turns: number; verify: (mayFail: boolean) => Promise<Turn> },
): Promise<CleanupFigures> {
  const calm: Turn[] = []
  for (let turn = 0; turn < turns; turn++) calm.push(await verify(false))

  const config = readConfig({ DATABASE_URL: url, LATCHKEY_SECRET: secret })
  const services = createServices(config, createLogger('silent'))
  try {
    await services.start()
    const startedAt = performance.now()
    const elapsed = () => (performance.now() - startedAt) / 1000
    let deleted = { sessions: 0, seconds: 0 }
    let running = true
    const cleaning = services.maintenance
      .cleanUp(byCli, {
        progress({ sessions }) {
          if (sessions > deleted.sessions) deleted = { sessions, seconds: elapsed() }
        },
      })
      .finally(() => {
        running = false
      })
    cleaning.catch(() => undefined)
    const during: Turn[] = []
    while (running) during.push(await verify(true))
    await cleaning
    return {
      deletedSessions: deleted.sessions,
      deletingSeconds: deleted.seconds,
      rowsPerSecond: deleted.sessions / deleted.seconds,
      totalSeconds: elapsed(),
      calmP99Ms: p99Of(calm),
      duringP99Ms: p99Of(during),
      during: {
        requests: during.reduce((sum, { requests }) => sum + requests, 0),
        failures: during.reduce((sum, { failures }) => sum + failures, 0),
      },
    }
  } finally {
    await services.close()
  }
}

function p99Of(turns: readonly Turn[]): number {
  return median(turns.map(({ p99Ms }) => p99Ms ?? Number.NaN))
}
