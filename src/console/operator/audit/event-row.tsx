import { timeAgo, useNow } from '@latchkey/react/parts'
import { useId, useState } from 'react'
import { linkToQuery } from '../../shell/route.ts'
import { useText } from '../../text/text.tsx'
import { NamedUser, shortened } from '../people/named-user.tsx'
import type { LoggedEvent } from './export.ts'
import type { Group } from './groups.ts'
import { logTime } from './times.ts'

const tones = { info: 'calm', warning: 'warn', critical: 'bad' } as const

/** One event, or those of a session that belong together; the rest on demand. */
export function EventRow({ group: { main, others } }: { group: Group }) {
  const words = useText()
  const { text } = words
  const nowMs = useNow()
  const [isOpen, setOpen] = useState(false)
  const details = useId()
  const { userId, actor, ipAddress, createdAt } = main
  return (
    <>
      <tr>
        <td className="nowrap lk-figures when">
          <time dateTime={createdAt} title={timeAgo(Date.parse(createdAt), nowMs, words)}>
            {logTime(createdAt)}
          </time>
        </td>
        <td className="what">
          <button
            type="button"
            className="event-button"
            aria-expanded={isOpen}
            aria-controls={details}
            onClick={() => setOpen(!isOpen)}
          >
            <Name event={main} />
            {others.length > 0 && (
              <span className="lk-badge">{text('audit.more-events', { count: others.length })}</span>
            )}
            <span className="gist">{gistOf(main.details)}</span>
          </button>
        </td>
        <td className="user">
          {userId !== null && <NamedUser id={userId} />}
          {actor !== userId && <p className="by">{text('audit.by', { actor: shortened(actor) })}</p>}
        </td>
        <td className="lk-figures">{ipAddress ?? '–'}</td>
      </tr>
      <tr id={details} className="log-details" hidden={!isOpen}>
        {isOpen && (
          <td colSpan={4}>
            {[main, ...others].map(event => (
              <Details key={event.id} event={event} />
            ))}
          </td>
        )}
      </tr>
    </>
  )
}

function Name({ event: { type, severity } }: { event: LoggedEvent }) {
  const { text } = useText()
  return (
    <>
      <span className={`bullet ${tones[severity]}`} />
      <span className="event-name">{text(`audit.type.${type}`)}</span>
      {severity !== 'info' && <span className="lk-hidden">{text(`audit.severity.${severity}`)}</span>}
    </>
  )
}

/** Names and values as the API has them: an operator looks for them elsewhere. */
function Details({ event }: { event: LoggedEvent }) {
  const { text } = useText()
  const { sessionId, userAgent } = event
  return (
    <div className="log-event">
      <p>
        <Name event={event} /> <time dateTime={event.createdAt}>{event.createdAt}</time>
      </p>
      <dl>
        {entriesOf(event.details).map(([name, value]) => (
          <Detail key={name} name={name} value={value} />
        ))}
        {sessionId !== null && <Detail name="sessionId" value={sessionId} />}
        {userAgent !== null && <Detail name="userAgent" value={userAgent} />}
      </dl>
      {sessionId !== null && (
        <p>
          <a href={linkToQuery('audit-log', { session: sessionId })}>{text('audit.only-session')}</a>
        </p>
      )}
    </div>
  )
}

function Detail({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function entriesOf(details: unknown): [name: string, value: string][] {
  if (typeof details !== 'object' || details === null) return []
  return Object.entries(details).map(([name, value]) => [name, valueText(value)])
}

function valueText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.values(value).map(valueText).join(' / ')
}

/** What there is to say in one line; ids are for the details. */
function gistOf(details: unknown): string {
  return entriesOf(details)
    .filter(([, value]) => value.length > 0 && !/^[0-9a-f]{8}-/.test(value))
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')
}
