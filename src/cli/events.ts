import { type Command, Option } from 'commander'
import { validate as isUuid } from 'uuid'
import type { Instant } from '../clock.ts'
import type { Services } from '../services.ts'
import { type EventType, eventTypes } from '../session/events.ts'
import type { EventFilter, RecordedEvent } from '../store/session/events.ts'
import { parseCount, parseId, parseInstant, parseUser, type UserReference } from './arguments.ts'
import { explain } from './help.ts'
import { isoTime, print, table } from './output.ts'
import { idOf } from './users/find-user.ts'
import { withServices } from './with-services.ts'

type Options = { user?: UserReference; session?: string; type?: EventType; since?: Instant; limit: number }

const pageSize = 100

export function eventsCommand(program: Command): void {
  const command = program
    .command('events')
    .description('show the audit log, newest first')
    .option('--user <user>', 'only events of this user: email address or id', parseUser)
    .option('--session <id>', 'only events of this session', parseId)
    .addOption(new Option('--type <type>', 'only events of this type').choices(eventTypes))
    .option('--since <time>', 'only from this time on, such as 2026-01-31T12:00:00Z', parseInstant)
    .option('--limit <count>', 'maximum number of events', parseCount, 100)
    .action(async (options: Options, self: Command) => {
      await withServices(async services => {
        const listed = await withEmails(services, await read(services, options))
        const rows = listed.map(
          ({ createdAt, severity, type, userId, email, actor, actorEmail, ...event }) => ({
            createdAt,
            severity,
            type,
            email,
            userId,
            actor: actorEmail ?? actor,
            ipAddress: event.ipAddress,
            details: JSON.stringify(event.details),
          }),
        )
        print(self, listed, table(rows, 'no matching events'))
      })
    })
  explain(command, 'server', [
    'events --user ada@example.com',
    'events --type refresh_reused --since 2026-01-31T12:00:00Z',
    'events --limit 1000 --json',
  ])
}

/** `email` is null for deleted users. `actorEmail` is also null if the actor is not a user. */
async function withEmails({ directory }: Services, events: readonly RecordedEvent[]) {
  const named = events.flatMap(({ userId, actor }) => [userId, isUuid(actor) ? actor : null])
  const emails = await directory.emailsOf([...new Set(named.filter(id => id !== null))])
  return events.map(event => ({
    ...event,
    email: emails.get(event.userId ?? '') ?? null,
    actorEmail: emails.get(event.actor) ?? null,
    createdAt: isoTime(event.createdAt),
  }))
}

async function read(services: Services, options: Options): Promise<RecordedEvent[]> {
  const { user, session = null, type = null, since = null, limit } = options
  const filter: EventFilter = {
    userId: user === undefined ? null : await idOf(services, user),
    sessionId: session,
    types: type === null ? null : [type],
    network: null,
    since,
  }
  const events: RecordedEvent[] = []
  let cursor: string | null = null
  do {
    const page = await services.auditLog.list(filter, {
      limit: Math.min(pageSize, limit - events.length),
      cursor,
    })
    events.push(...page.events)
    cursor = page.nextCursor
  } while (cursor !== null && events.length < limit)
  return events
}
