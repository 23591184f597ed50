import type { AnswerTo, InputOf, LatchkeyClient } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAction } from '../../controls/action.ts'
import { Failure } from '../../controls/dialog.tsx'
import { Download } from '../../controls/icons.tsx'
import { useSettled } from '../../controls/settled.ts'
import { Placeholder } from '../../shell/placeholder.tsx'
import { useRoute } from '../../shell/route.ts'
import { userIdOf } from '../people/named-user.tsx'
import { csvOf } from './csv.ts'
import { EventFilter, type Written } from './event-filter.tsx'
import { EventTable } from './event-table.tsx'
import { eventTypes } from './event-types.ts'
import { saveAs } from './save.ts'

type Filter = NonNullable<InputOf<'GET /v1/admin/events'>['query']>
type LoggedEvent = AnswerTo<'GET /v1/admin/events'>['events'][number]

/** Rows of one export: what is read is kept in memory, and a spreadsheet takes no more with ease. */
const mostExported = 20_000

/** `#audit-log/<id>`: of one user. */
export default function AuditLog() {
  const { detail } = useRoute()
  return <Log key={detail} user={detail ?? ''} />
}

function Log({ user }: { user: string }) {
  const client = useLatchkey()
  const [written, setWritten] = useState<Written>({ type: '', user, sessionId: '', since: '' })
  const asked = useSettled(written)
  const log = useInfiniteQuery({
    queryKey: ['log', asked],
    queryFn: async ({ pageParam }: { pageParam: string | undefined }) =>
      readPage(client, await filterOf(client, asked), 30, pageParam),
    initialPageParam: undefined,
    getNextPageParam: page => page.nextCursor,
  })
  const save = useAction({ mutationFn: async () => exportCsv(client, await filterOf(client, written)) })
  const events = log.data?.pages.flatMap(page => page.events) ?? []
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Audit log</h1>
          <p>What has happened, newest first.</p>
        </div>
        <button type="button" disabled={save.isPending} onClick={() => save.run()}>
          <Download size={17} />
          {save.isPending ? 'Collecting…' : 'Export as CSV'}
        </button>
      </header>
      <EventFilter written={written} onChange={setWritten} />
      <Failure error={log.error ?? save.error} />
      {log.isPending && <Placeholder />}
      {log.data !== undefined && events.length === 0 && (
        <p className="panel muted">Nothing is on record for that.</p>
      )}
      {events.length > 0 && <EventTable events={events} />}
      {log.hasNextPage && (
        <button type="button" disabled={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Show more
        </button>
      )}
    </>
  )
}

async function filterOf(client: LatchkeyClient, { type, user, sessionId, since }: Written): Promise<Filter> {
  const known = eventTypes.find(candidate => candidate === type)
  return {
    ...(known === undefined ? {} : { type: known }),
    ...(user.trim() === '' ? {} : { userId: await userIdOf(client, user) }),
    ...(sessionId.trim() === '' ? {} : { sessionId: sessionId.trim() }),
    ...(since === '' ? {} : { since: new Date(since).toISOString() }),
  }
}

function readPage(client: LatchkeyClient, filter: Filter, limit: number, cursor: string | undefined) {
  const query = { ...filter, limit, ...(cursor === undefined ? {} : { cursor }) }
  return client.request('GET /v1/admin/events', { query })
}

async function exportCsv(client: LatchkeyClient, filter: Filter): Promise<void> {
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
