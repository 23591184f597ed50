import { useLatchkey, useSession } from '@latchkey/react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Failure } from '../controls/dialog.tsx'
import { Check, Info, Warning } from '../controls/icons.tsx'
import { deviceInWords } from '../session/device.tsx'
import { Placeholder } from '../shell/placeholder.tsx'
import { usePollMs } from '../shell/presence.ts'
import { linkTo } from '../shell/route.ts'
import { type OwnEvent, tell } from '../shell/words.ts'
import { Ago } from '../time/time.tsx'
import { PasswordChange } from './password.tsx'

const pageSize = 15

export function Security() {
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Security</h1>
          <p>Your password, and what has happened to your account.</p>
        </div>
      </header>
      <PasswordChange />
      <Activity />
    </>
  )
}

function Activity() {
  const client = useLatchkey()
  const { sessionId } = useSession()
  const refetchInterval = usePollMs(10_000)
  const events = useInfiniteQuery({
    queryKey: ['events', sessionId],
    queryFn: ({ pageParam }: { pageParam: string | undefined }) =>
      client.request('GET /v1/events', {
        query: { limit: pageSize, ...(pageParam === undefined ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: undefined,
    getNextPageParam: page => page.nextCursor,
    refetchInterval,
  })
  if (events.data === undefined) return events.error ? <Failure error={events.error} /> : <Placeholder />
  return (
    <section className="panel" aria-labelledby="activity">
      <h2 id="activity">Recent activity</h2>
      {events.data.pages[0]?.events.length === 0 && (
        <p className="muted">Nothing has happened for as long as events are kept.</p>
      )}
      <ol className="events">
        {told(events.data.pages.flatMap(page => page.events)).map(event => (
          <EventEntry key={event.id} event={event} />
        ))}
      </ol>
      {events.hasNextPage && (
        <button
          type="button"
          disabled={events.isFetchingNextPage}
          onClick={() => void events.fetchNextPage()}
        >
          Show more
        </button>
      )}
    </section>
  )
}

/** A sign-in on a new device is told once, as that. */
function told(events: readonly OwnEvent[]): OwnEvent[] {
  const onNewDevices = new Set(
    events.flatMap(({ type, sessionId }) => (type === 'new_device' ? [sessionId] : [])),
  )
  return events.filter(({ type, sessionId }) => type !== 'sign_in_succeeded' || !onNewDevices.has(sessionId))
}

const marks = {
  info: { Icon: Check, tone: 'calm' },
  warning: { Icon: Info, tone: 'warn' },
  critical: { Icon: Warning, tone: 'bad' },
} as const

const actors = { you: null, somebody: null, operator: 'By an operator', service: 'By the service' } as const

function EventEntry({ event }: { event: OwnEvent }) {
  const { title, advice, remedy } = tell(event)
  const { Icon, tone } = marks[event.severity]
  const by = actors[event.actor]
  return (
    <li className="event">
      <span className={`dot ${tone}`}>
        <Icon size={16} />
      </span>
      <div>
        <p className="event-title">
          <span>{title}</span>
          <Ago at={event.createdAt} />
        </p>
        <p className="facts">
          {event.device !== null && <span>{deviceInWords(event.device)}</span>}
          {event.ipAddress !== null && <span>{event.ipAddress}</span>}
          {by !== null && <span>{by}</span>}
        </p>
        {advice !== null && (
          <p className="advice">
            {advice} {remedy !== null && <Remedy kind={remedy} />}
          </p>
        )}
      </div>
    </li>
  )
}

function Remedy({ kind }: { kind: 'password' | 'devices' }) {
  if (kind === 'devices') return <a href={linkTo('devices')}>See your devices</a>
  return <a href={linkTo('security', 'password')}>Change password</a>
}
