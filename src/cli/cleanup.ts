import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Services } from '../services.ts'
import { createProgress, print } from './output.ts'
import { withServices } from './with-services.ts'

const defaultIntervalSeconds = 3_600

export function cleanupCommand(program: Command): void {
  program
    .command('cleanup')
    .description('delete what has ended: sessions past their limit, events past their retention')
    .option('--once', 'once, for an outside cron; without it again and again, every CLEANUP_INTERVAL_SECONDS')
    .action(async (options: { once?: boolean }, command: Command) => {
      await withServices(async services => {
        await cleanUp(services, command)
        while (!options.once) {
          // Zero switches the schedule inside the service off; who starts this wants one.
          await sleep((services.config.cleanupIntervalSeconds || defaultIntervalSeconds) * 1000)
          await cleanUp(services, command)
        }
      })
    })
}

/** Somebody else at it is no failure: the work is being done. */
async function cleanUp({ maintenance }: Services, command: Command): Promise<void> {
  const progress = createProgress()
  const result = await maintenance.cleanUp('cli', {
    progress: deleted => progress.show(`${deleted.sessions} sessions, ${deleted.events} events`),
  })
  progress.done()
  if (result.kind === 'running_elsewhere') {
    print(command, { skipped: 'running elsewhere' }, 'skipped: running elsewhere')
  } else {
    const { deletedSessions, deletedEvents, tookMs } = result
    print(
      command,
      { deletedSessions, deletedEvents, tookMs },
      `deleted ${deletedSessions} sessions and ${deletedEvents} events in ${tookMs} ms`,
    )
  }
}
