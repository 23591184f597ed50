import { type AnswerTo, type InputOf, type LatchkeyClient, LatchkeyError } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAction } from '../../controls/action.ts'
import { Download } from '../../controls/icons.tsx'
import { useSettled } from '../../controls/settled.ts'
import { useRoute } from '../../shell/route.ts'
import { Failure } from '../../status/failure.tsx'
import { invalidValue, NoSuchUser } from '../../status/failure-words.ts'
import { Loading } from '../../status/placeholder.tsx'
import { userIdOf } from '../people/named-user.tsx'
import { csvOf } from './csv.ts'
import { EventFilter, type Written } from './event-filter.tsx'
import { EventTable } from './event-table.tsx'
import { eventTypes } from './event-types.ts'
import { saveAs } from './save.ts'

type Filter = NonNullable<InputOf<'GET /v1/admin/events'>['query']>
type LoggedEvent = AnswerTo<'GET /v1/admin/events'>['events'][number]

/** Rows of one export: they are kept in memory, and spreadsheets slow down beyond this. */
const mostExported = 20_000

/** `#audit-log/<id>` shows the events of one user. */
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
  const errors = fieldErrors(log.error)
  const hasFieldError = Object.keys(errors).length > 0
  const events = log.data?.pages.flatMap(page => page.events) ?? []
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Audit log</h1>
          <p>Security events, newest first.</p>
        </div>
        <button type="button" disabled={save.isPending || events.length === 0} onClick={() => save.run()}>
          <Download size={17} />
          {save.isPending ? 'Exporting…' : 'Export as CSV'}
        </button>
      </header>
      <EventFilter written={written} onChange={setWritten} errors={errors} />
      <Failure error={save.error} />
      {log.data === undefined && !hasFieldError && <Loading error={log.error} />}
      {log.data !== undefined && events.length === 0 && <p className="panel muted">No matching events.</p>}
      {events.length > 0 && <EventTable events={events} />}
      {log.hasNextPage && (
        <button type="button" disabled={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Show more
        </button>
      )}
    </>
  )
}

/** Errors that concern a field of the filter. */
function fieldErrors(error: unknown): Partial<Record<keyof Written, string>> {
  if (error instanceof NoSuchUser) return { user: error.message }
  const text = invalidValue(error)
  if (text === null || !(error instanceof LatchkeyError)) return {}
  const path = error.problem?.errors?.[0]?.path
  if (path === '/userId') return { user: text }
  if (path === '/sessionId') return { sessionId: text }
  return path === '/since' ? { since: text } : {}
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
