import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useDeferredValue, useId, useState } from 'react'
import type { AnswerTo, InputOf, LatchkeyClient } from '../../client/index.ts'
import { useLatchkey } from '../../react/index.ts'
import { Placeholder } from '../devices.tsx'
import { Failure } from '../dialog.tsx'
import { linkTo } from '../route.ts'
import { inFull } from '../time.tsx'
import { csvOf } from './csv.ts'
import { eventTypes } from './event-types.ts'
import { saveAs } from './save.ts'

type Filter = NonNullable<InputOf<'GET /v1/admin/events'>['query']>
type LoggedEvent = AnswerTo<'GET /v1/admin/events'>['events'][number]

/** Rows of one export: what is read is kept in memory, and a spreadsheet takes no more with ease. */
const mostExported = 20_000

const tones = { info: 'calm', warning: 'warn', critical: 'bad' } as const

type Fields = { type: string; userId: string; sessionId: string; since: string }

export default function AuditLog() {
  const client = useLatchkey()
  const [fields, setFields] = useState<Fields>({ type: '', userId: '', sessionId: '', since: '' })
  const filter = useDeferredValue(filterOf(fields))
  const log = useInfiniteQuery({
    queryKey: ['log', JSON.stringify(filter)],
    queryFn: ({ pageParam }: { pageParam: string | undefined }) => readPage(client, filter, 30, pageParam),
    initialPageParam: undefined,
    getNextPageParam: page => page.nextCursor,
  })
  const save = useMutation({ mutationFn: () => exportCsv(client, filter) })
  const events = log.data?.pages.flatMap(page => page.events) ?? []
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Audit log</h1>
          <p>What has happened, newest first.</p>
        </div>
        <button type="button" disabled={save.isPending} onClick={() => save.mutate()}>
          {save.isPending ? 'Collecting…' : 'Export as CSV'}
        </button>
      </header>
      <Filters fields={fields} onChange={setFields} />
      <Failure error={log.error ?? save.error} />
      {log.isPending && <Placeholder />}
      {log.data !== undefined && events.length === 0 && (
        <p className="panel muted">Nothing is on record for that.</p>
      )}
      {events.length > 0 && <Events events={events} />}
      {log.hasNextPage && (
        <button type="button" disabled={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Show more
        </button>
      )}
    </>
  )
}

function filterOf({ type, userId, sessionId, since }: Fields): Filter {
  const known = eventTypes.find(candidate => candidate === type)
  return {
    ...(known === undefined ? {} : { type: known }),
    ...(userId.trim() === '' ? {} : { userId: userId.trim() }),
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

function Filters({ fields, onChange }: { fields: Fields; onChange: (fields: Fields) => void }) {
  const id = useId()
  const text = (name: 'userId' | 'sessionId', label: string) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        placeholder="any"
        value={fields[name]}
        onChange={event => onChange({ ...fields, [name]: event.target.value })}
      />
    </div>
  )
  return (
    <div className="panel columns filters">
      <div className="field">
        <label htmlFor={`${id}-type`}>Event</label>
        <select
          id={`${id}-type`}
          value={fields.type}
          onChange={event => onChange({ ...fields, type: event.target.value })}
        >
          <option value="">any</option>
          {eventTypes.map(type => (
            <option key={type} value={type}>
              {inWords(type)}
            </option>
          ))}
        </select>
      </div>
      {text('userId', 'User’s id')}
      {text('sessionId', 'Session’s id')}
      <div className="field">
        <label htmlFor={`${id}-since`}>Since</label>
        <input
          id={`${id}-since`}
          type="datetime-local"
          value={fields.since}
          onChange={event => onChange({ ...fields, since: event.target.value })}
        />
      </div>
    </div>
  )
}

function inWords(type: string): string {
  return type.replaceAll('_', ' ')
}

function Events({ events }: { events: readonly LoggedEvent[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="panel table-panel" aria-label="Events" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Event</th>
            <th scope="col">User</th>
            <th scope="col">By</th>
            <th scope="col">From</th>
            <th scope="col">Details</th>
          </tr>
        </thead>
        <tbody>
          {events.map(event => (
            <tr key={event.id}>
              <td className="nowrap">{inFull(event.createdAt)}</td>
              <td className="nowrap">
                <span className={`bullet ${tones[event.severity]}`} />
                {inWords(event.type)}
              </td>
              <td className="nowrap">{event.userId === null ? '–' : <Person id={event.userId} />}</td>
              <td className="nowrap">{event.actor === event.userId ? 'the user' : shortened(event.actor)}</td>
              <td className="nowrap">{event.ipAddress ?? '–'}</td>
              <td className="details">{detailsInWords(event.details)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Person({ id }: { id: string }) {
  return (
    <a href={linkTo('people', id)} title={id}>
      {shortened(id)}
    </a>
  )
}

/** The end of an id tells apart what its beginning, a time, does not. */
function shortened(text: string): string {
  return text.length === 36 ? `…${text.slice(-8)}` : text
}

function detailsInWords(details: unknown): string {
  if (typeof details !== 'object' || details === null) return ''
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${valueInWords(value)}`)
    .join(', ')
}

function valueInWords(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.values(value).map(valueInWords).join(' / ')
}
