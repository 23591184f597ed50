import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Instant } from '../clock.ts'
import type { Services } from '../services.ts'
import { type EventType, eventTypes } from '../session/events.ts'
import type { EventFilter, RecordedEvent } from '../store/session/events.ts'
import { parseId, parseInstant } from './arguments.ts'
import { isoTime, print, table } from './output.ts'
import { withServices } from './with-services.ts'

type Options = { user?: string; session?: string; type?: EventType; since?: Instant; limit: number }

const pageSize = 100

export function eventsCommand(program: Command): void {
  program
    .command('events')
    .description('the audit log, newest first')
    .option('--user <id>', 'only of this user', parseId)
    .option('--session <id>', 'only of this session', parseId)
    .addOption(new Option('--type <type>', 'only of this type').choices(eventTypes))
    .option('--since <time>', 'only from then on', parseInstant)
    .option('--limit <count>', 'at most so many', parseCount, 100)
    .action(async (options: Options, command: Command) => {
      await withServices(async services => {
        const listed = (await read(services, options)).map(event => ({
          ...event,
          createdAt: isoTime(event.createdAt),
        }))
        const rows = listed.map(({ createdAt, severity, type, userId, actor, ipAddress, details }) => ({
          createdAt,
          severity,
          type,
          userId,
          actor,
          ipAddress,
          details: JSON.stringify(details),
        }))
        print(command, listed, table(rows, 'no such events'))
      })
    })
}

async function read({ auditLog }: Services, options: Options): Promise<RecordedEvent[]> {
  const { user = null, session = null, type = null, since = null, limit } = options
  const filter: EventFilter = {
    userId: user,
    sessionId: session,
    types: type === null ? null : [type],
    since,
  }
  const events: RecordedEvent[] = []
  let cursor: string | null = null
  do {
    const page = await auditLog.list(filter, { limit: Math.min(pageSize, limit - events.length), cursor })
    events.push(...page.events)
    cursor = page.nextCursor
  } while (cursor !== null && events.length < limit)
  return events
}

function parseCount(value: string): number {
  const count = Number(value)
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new InvalidArgumentError('It must be a whole number from 1.')
  return count
}
