import type { DeviceSession } from '@latchkey/client'
import { useCallback, useId, useState } from 'react'
import { Button } from '../controls/button.tsx'
import { below, Heading, type HeadingLevel } from '../controls/heading.tsx'
import { usePoll } from '../presence/presence.ts'
import { Done } from '../status/done.tsx'
import { Loading } from '../status/placeholder.tsx'
import { useText } from '../text/text.tsx'
import { ConfirmSignOut } from './confirm-sign-out.tsx'
import { OtherCard, OwnCard } from './device-cards.tsx'
import { useSessionManagement } from './management.ts'

export type DevicesProps = {
  /** Of the heading “Your devices”; 2 by default. */
  headingLevel?: HeadingLevel
  /** How often the list is read while the user is there; every 10 seconds by default. */
  pollMs?: number
}

/** The user's devices: rename one, sign one out, or all others. */
export function Devices({ headingLevel = 2, pollMs = 10_000 }: DevicesProps) {
  const { text } = useText()
  const { sessions, reload, error } = useSessionManagement()
  const [asked, setAsked] = useState<DeviceSession | 'others' | null>(null)
  const [done, setDone] = useState('')
  const title = useId()
  // A failed read is repeated.
  usePoll(
    useCallback(() => void reload().catch(() => {}), [reload]),
    pollMs,
  )
  const others = sessions.filter(({ current }) => !current)
  const own = sessions.find(({ current }) => current)
  const level = below(headingLevel)
  return (
    <section className="lk lk-devices" aria-labelledby={title}>
      <header className="lk-head">
        <Heading level={headingLevel} id={title}>
          {text('devices.title')}
        </Heading>
        <p>{countText(sessions.length, text)}</p>
      </header>
      <Done>{done}</Done>
      {/* The list always contains the session that asks. */}
      {sessions.length === 0 && <Loading error={error} />}
      {own !== undefined && (
        <ul className="lk-cards">
          <OwnCard session={own} level={level} />
        </ul>
      )}
      {others.length > 0 && <Others sessions={others} level={level} onRevoke={setAsked} />}
      {asked !== null && (
        <ConfirmSignOut which={asked} count={others.length} onDone={setDone} onClose={() => setAsked(null)} />
      )}
    </section>
  )
}

type OthersProps = {
  sessions: readonly DeviceSession[]
  level: HeadingLevel
  onRevoke: (which: DeviceSession | 'others') => void
}

function Others({ sessions, level, onRevoke }: OthersProps) {
  const { text } = useText()
  const title = useId()
  return (
    <section aria-labelledby={title}>
      <header className="lk-section-head">
        <Heading level={level} id={title}>
          {text('devices.others')}
        </Heading>
        <Button look="danger-quiet" onClick={() => onRevoke('others')}>
          {text('devices.sign-out-others')}
        </Button>
      </header>
      <ul className="lk-cards">
        {sessions.map(session => (
          <OtherCard
            key={session.id}
            session={session}
            level={below(level)}
            onRevoke={() => onRevoke(session)}
          />
        ))}
      </ul>
    </section>
  )
}

function countText(count: number, text: ReturnType<typeof useText>['text']): string {
  if (count === 0) return text('loading.label')
  return count === 1 ? text('devices.only-this') : text('devices.count', { count })
}
