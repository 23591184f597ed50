import type { AnswerTo, LatchkeyClient } from '@latchkey/client'
import { csvOf } from './csv.ts'
import type { Filter } from './filter.ts'
import { saveAs } from './save.ts'

export type LoggedEvent = AnswerTo<'GET /v1/admin/events'>['events'][number]

/** Rows of one export: they are kept in memory, and spreadsheets slow down beyond this. */
const mostExported = 20_000

export function readPage(client: LatchkeyClient, filter: Filter, limit: number, cursor: string | undefined) {
  const query = { ...filter, limit, ...(cursor === undefined ? {} : { cursor }) }
  return client.request('GET /v1/admin/events', { query })
}

export async function exportCsv(client: LatchkeyClient, filter: Filter): Promise<void> {
  const events: LoggedEvent[] = []
  let cursor: string | undefined
  do {
    const page = await readPage(client, filter, 100, cursor)
    events.push(...page.events)
    cursor = page.nextCursor
  } while (cursor !== undefined && events.length < mostExported)
  const rows = events.map(event => [
    event.createdAt,
    event.severity,
    event.type,
    event.userId ?? '',
    event.sessionId ?? '',
    event.actor,
    event.ipAddress ?? '',
    event.userAgent ?? '',
    JSON.stringify(event.details),
  ])
  const header = ['time', 'severity', 'type', 'user', 'session', 'actor', 'address', 'agent', 'details']
  saveAs('audit-log.csv', csvOf(header, rows))
}
