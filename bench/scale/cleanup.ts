import { readConfig } from '../../src/config.ts'
import { createLogger } from '../../src/observability.ts'
import { createServices } from '../../src/services.ts'
import { median } from '../measure/statistics.ts'

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
}

/**
 * Deletes all that has expired, as `latchkey cleanup --once` does, while verify goes on. `verify` measures one turn and
 * tells its p99.
 */
export async function measureCleanup(
  url: string,
  secret: string,
  { turns, verify }: { turns: number; verify: () => Promise<number> },
): Promise<CleanupFigures> {
  const calm: number[] = []
  for (let turn = 0; turn < turns; turn++) calm.push(await verify())

  const config = readConfig({ DATABASE_URL: url, LATCHKEY_SECRET: secret })
  const services = createServices(config, createLogger('silent'))
  try {
    await services.start()
    const startedAt = performance.now()
    const elapsed = () => (performance.now() - startedAt) / 1000
    let deleted = { sessions: 0, seconds: 0 }
    let running = true
    const cleaning = services.maintenance
      .cleanUp('cli', {
        progress({ sessions }) {
          if (sessions > deleted.sessions) deleted = { sessions, seconds: elapsed() }
        },
      })
      .finally(() => {
        running = false
      })
    cleaning.catch(() => undefined)
    const during: number[] = []
    while (running) during.push(await verify())
    await cleaning
    return {
      deletedSessions: deleted.sessions,
      deletingSeconds: deleted.seconds,
      rowsPerSecond: deleted.sessions / deleted.seconds,
      totalSeconds: elapsed(),
      calmP99Ms: median(calm),
      duringP99Ms: median(during),
    }
  } finally {
    await services.close()
  }
}
