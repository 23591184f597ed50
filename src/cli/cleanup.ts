import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Services } from '../services.ts'
import { byCli } from './actor.ts'
import { explain } from './help.ts'
import { createProgress, print } from './output.ts'
import { withServices } from './with-services.ts'

const defaultIntervalSeconds = 3_600

export function cleanupCommand(program: Command): void {
  const cleanup = program
    .command('cleanup')
    .description('delete expired sessions and old events')
    .option(
      '--once',
      'run once, for cron; without this option, run every CLEANUP_INTERVAL_SECONDS until stopped',
    )
    .action(async (options: { once?: boolean }, command: Command) => {
      await withServices(async services => {
        await cleanUp(services, command)
        while (!options.once) {
          // Zero disables the schedule inside the service, but this command needs an interval.
          await sleep((services.config.cleanupIntervalSeconds || defaultIntervalSeconds) * 1000)
          await cleanUp(services, command)
        }
      })
    })
  explain(cleanup, 'server', ['cleanup --once'])
}

/** Another run at the same time is not a failure: the work is being done. */
async function cleanUp({ maintenance }: Services, command: Command): Promise<void> {
  const progress = createProgress()
  const result = await maintenance.cleanUp(byCli, {
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
