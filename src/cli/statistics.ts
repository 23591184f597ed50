import type { Command } from 'commander'
import type { Statistics } from '../store/operator/statistics.ts'
import { explain } from './help.ts'
import { isoTime, print, table } from './output.ts'
import { withServices } from './with-services.ts'

/** Milliseconds. The command waits for the count, however many sessions there are. */
const patienceMs = 600_000

export function statisticsCommand(program: Command): void {
  const stats = program
    .command('stats')
    .description(
      'count live sessions, and sessions created, refreshed, expired and revoked in the last hour and day',
    )
    .action(async (_options: unknown, command: Command) => {
      await withServices(async ({ statistics }) => {
        const { asOf, ...counted } = await statistics.read(patienceMs)
        print(command, { ...counted, asOf: isoTime(asOf) }, inLines({ asOf, ...counted }))
      })
    })
  explain(stats, 'server', ['stats', 'stats --json'])
}

function inLines({ live, lastHour, lastDay, averageAgeSeconds, asOf }: Statistics): string {
  const rows = [
    { counted: 'live', total: live.total, by: byName(live.byClientType) },
    { counted: '', total: '', by: byName(live.byAuthMethod) },
    ...(['created', 'refreshed', 'expired'] as const).flatMap(event => [
      { counted: `${event}, last hour`, total: lastHour[event], by: '' },
      { counted: `${event}, last day`, total: lastDay[event], by: '' },
    ]),
    { counted: 'revoked, last hour', total: sum(lastHour.revoked), by: byName(lastHour.revoked) },
    { counted: 'revoked, last day', total: sum(lastDay.revoked), by: byName(lastDay.revoked) },
    { counted: 'average age, seconds', total: averageAgeSeconds, by: '' },
  ]
  return `${table(rows, '')}\nas of ${isoTime(asOf)}`
}

function byName(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
