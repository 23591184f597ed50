import type { AnswerTo } from '@latchkey/client'
import { inFull, inShort } from '../../time/time.tsx'
import { NamedUser, shortened } from '../people/named-user.tsx'
import { typeInWords } from './event-types.ts'

type LoggedEvent = AnswerTo<'GET /v1/admin/events'>['events'][number]

const tones = { info: 'calm', warning: 'warn', critical: 'bad' } as const

/** On a phone each row becomes a block of its own, by the stylesheet. */
export function EventTable({ events }: { events: readonly LoggedEvent[] }) {
  return (
    <div className="panel table-panel">
      <table className="folding">
        <caption className="hidden">Events</caption>
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">User</th>
            <th scope="col">By</th>
            <th scope="col">From</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {events.map(event => (
            <Row key={event.id} event={event} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ event }: { event: LoggedEvent }) {
  const { type, severity, userId, actor, ipAddress, createdAt } = event
  const details = detailsInWords(event.details)
  return (
    <tr>
      <td>
        <span className={`bullet ${tones[severity]}`} />
        <span className="event-name">{typeInWords(type)}</span>
        {details !== '' && <p className="details">{details}</p>}
      </td>
      <td className="user">{userId === null ? '–' : <NamedUser id={userId} />}</td>
      <td>{actor === userId ? 'the user' : shortened(actor)}</td>
      <td>{ipAddress ?? '–'}</td>
      <td className="nowrap">
        <time dateTime={createdAt} title={inFull(createdAt)}>
          {inShort(createdAt)}
        </time>
      </td>
    </tr>
  )
}

function detailsInWords(details: unknown): string {
  if (typeof details !== 'object' || details === null) return ''
  return Object.entries(details)
    .map(([name, value]) => `${nameInWords(name)}: ${valueInWords(value)}`)
    .join(', ')
}

/** "client type" for `clientType`. */
function nameInWords(name: string): string {
  return name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
}

function valueInWords(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.values(value).map(valueInWords).join(' / ')
}
