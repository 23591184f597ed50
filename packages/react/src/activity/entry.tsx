import { useRef, useState } from 'react'
import { Check, Info, Pencil, SignOut, Warning } from '../controls/icons.tsx'
import { knownDevice } from '../devices/device.tsx'
import { useText } from '../text/text.tsx'
import { Ago, Exact } from '../time/time.tsx'
import { type AccountEvent, type Description, describeEvent, type Mark } from './event-text.ts'
import { Remedy, type RemedyLinks } from './remedy.tsx'
import { WasItYou } from './was-it-you.tsx'

const marks: Record<Mark, { Icon: typeof Check; tone: 'calm' | 'warn' | 'bad' }> = {
  'signed-in': { Icon: Check, tone: 'calm' },
  'signed-out': { Icon: SignOut, tone: 'calm' },
  changed: { Icon: Pencil, tone: 'calm' },
  notice: { Icon: Info, tone: 'warn' },
  alarm: { Icon: Warning, tone: 'bad' },
}

const actors = {
  you: null,
  somebody: null,
  operator: 'activity.by-operator',
  service: 'activity.by-service',
} as const

type Props = {
  event: AccountEvent
  links: RemedyLinks
  /** The user has said that it was them. */
  isKnown: boolean
  onKnown: () => void
}

/** One line; the rest on demand, except for an alarm. */
export function Entry({ event, links, isKnown, onKnown }: Props) {
  const words = useText()
  const description = describeEvent(event)
  const mark = isKnown ? 'signed-in' : (description?.mark ?? 'changed')
  const { Icon, tone } = marks[mark]
  const [isOpen, setOpen] = useState(mark === 'alarm')
  const summary = useRef<HTMLElement>(null)
  const device = event.device === null ? null : knownDevice(event.device, words)
  const actor = actors[event.actor]
  return (
    <li>
      <details className="lk-event" open={isOpen} onToggle={toggled => setOpen(toggled.currentTarget.open)}>
        <summary ref={summary}>
          <span className={`lk-dot lk-${tone}`}>
            <Icon size={16} />
          </span>
          <span className="lk-event-title">
            {description === null ? event.type.replaceAll('_', ' ') : words.text(description.title)}
          </span>
          <span className="lk-event-device">{device}</span>
          <Ago at={event.createdAt} />
        </summary>
        <div className="lk-event-details">
          <p className="lk-facts">
            <span>
              <Exact at={event.createdAt} />
            </span>
            {device !== null && <span>{device}</span>}
            {event.ipAddress !== null && <span>{event.ipAddress}</span>}
            {actor !== null && <span>{words.text(actor)}</span>}
          </p>
          {description !== null && !isKnown && (
            <Odd
              event={event}
              description={description}
              links={links}
              onKnown={() => {
                onKnown()
                setOpen(false)
                summary.current?.focus()
              }}
            />
          )}
        </div>
      </details>
    </li>
  )
}

type OddProps = Omit<Props, 'isKnown'> & { description: Description }

/** Advice, only for what the user may have to act on. */
function Odd({ event, description, links, onKnown }: OddProps) {
  const { text } = useText()
  if (description.advice === undefined) return null
  if (description.isAsked === true) {
    return <WasItYou event={event} description={description} links={links} onKnown={onKnown} />
  }
  return (
    <div className="lk-question">
      <p>{text(description.advice)}</p>
      {description.remedy !== undefined && <Remedy kind={description.remedy} links={links} />}
    </div>
  )
}
