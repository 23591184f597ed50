import { useLatchkey, useSession } from '@latchkey/react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Check, Info, Pencil, SignOut, Warning } from '../controls/icons.tsx'
import { knownDevice } from '../session/device.tsx'
import { usePollMs } from '../shell/presence.ts'
import { linkTo } from '../shell/route.ts'
import { Loading } from '../status/placeholder.tsx'
import { Ago, inFull } from '../time/time.tsx'
import { describe, type Mark, type OwnEvent } from './event-words.ts'

const pageSize = 15

export function Activity() {
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
  if (events.data === undefined) return <Loading error={events.error} />
  return (
    <section className="panel" aria-labelledby="activity">
      <h2 id="activity">Recent activity</h2>
      <p className="muted">
        Don’t recognize something? <a href={linkTo('security', 'password')}>Change your password</a> and check{' '}
        <a href={linkTo('devices')}>your devices</a>.
      </p>
      {events.data.pages[0]?.events.length === 0 && <p className="muted">No activity yet.</p>}
      <ol className="events">
        {withoutPairs(events.data.pages.flatMap(page => page.events)).map(event => (
          <Entry key={event.id} event={event} />
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

/** A sign-in on a new device is listed once, as the new device. */
function withoutPairs(events: readonly OwnEvent[]): OwnEvent[] {
  const onNewDevices = new Set(
    events.flatMap(({ type, sessionId }) => (type === 'new_device' ? [sessionId] : [])),
  )
  return events.filter(({ type, sessionId }) => type !== 'sign_in_succeeded' || !onNewDevices.has(sessionId))
}

const marks: Record<Mark, { Icon: typeof Check; tone: 'calm' | 'warn' | 'bad' }> = {
  signed_in: { Icon: Check, tone: 'calm' },
  signed_out: { Icon: SignOut, tone: 'calm' },
  changed: { Icon: Pencil, tone: 'calm' },
  notice: { Icon: Info, tone: 'warn' },
  alarm: { Icon: Warning, tone: 'bad' },
}

const actors = { you: null, somebody: null, operator: 'By an operator', service: 'Automatic' } as const

/** One line; the rest on demand, except for an alarm. */
function Entry({ event }: { event: OwnEvent }) {
  const { title, mark, advice, remedy } = describe(event)
  const { Icon, tone } = marks[mark]
  const device = event.device === null ? null : knownDevice(event.device)
  return (
    <li>
      <details className="event" open={mark === 'alarm'}>
        <summary>
          <span className={`dot ${tone}`}>
            <Icon size={16} />
          </span>
          <span className="event-title">{title}</span>
          <span className="event-device">{device}</span>
          <Ago at={event.createdAt} />
        </summary>
        <div className="event-details">
          <p className="facts">
            <span>{inFull(event.createdAt)}</span>
            {device !== null && <span>{device}</span>}
            {event.ipAddress !== null && <span>{event.ipAddress}</span>}
            {actors[event.actor] !== null && <span>{actors[event.actor]}</span>}
          </p>
          {advice !== undefined && (
            <p className="advice">
              {advice} {remedy !== undefined && <Remedy kind={remedy} />}
            </p>
          )}
        </div>
      </details>
    </li>
  )
}

function Remedy({ kind }: { kind: 'password' | 'devices' }) {
  if (kind === 'devices') return <a href={linkTo('devices')}>See your devices</a>
  return <a href={linkTo('security', 'password')}>Change password</a>
}
