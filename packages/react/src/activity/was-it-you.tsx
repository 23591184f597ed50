import { useEffect, useRef, useState } from 'react'
import { useAction } from '../controls/action.ts'
import { Button } from '../controls/button.tsx'
import { useSessionManagement } from '../devices/management.ts'
import { Done } from '../status/done.tsx'
import { Failure } from '../status/failure.tsx'
import { useText } from '../text/text.tsx'
import type { AccountEvent, Description } from './event-text.ts'
import { Remedy, type RemedyLinks } from './remedy.tsx'

type Props = {
  event: AccountEvent
  description: Description
  links: RemedyLinks
  /** The user knows the event. */
  onKnown: () => void
}

/** Asks whether it was the user; if not, offers to sign the device out and to change the password. */
export function WasItYou({ event, description: { advice, remedy }, links, onKnown }: Props) {
  const { text } = useText()
  const [isDenied, setDenied] = useState(false)
  const answer = useRef<HTMLDivElement>(null)
  // The button that had the focus is gone.
  useEffect(() => {
    if (isDenied) answer.current?.focus()
  }, [isDenied])
  if (!isDenied) {
    return (
      <div className="lk-question">
        <strong>{text('activity.was-you')}</strong>
        <span className="lk-actions lk-start">
          <Button onClick={onKnown}>{text('activity.was-me')}</Button>
          <Button look="danger-quiet" onClick={() => setDenied(true)}>
            {text('activity.was-not-me')}
          </Button>
        </span>
      </div>
    )
  }
  return (
    <div className="lk-question" ref={answer} tabIndex={-1}>
      {advice !== undefined && <p>{text(advice)}</p>}
      <div className="lk-actions lk-start">
        <SignOutDevice event={event} />
        {remedy !== undefined && <Remedy kind={remedy} links={links} />}
      </div>
    </div>
  )
}

/** Only for a device other than this one that is still signed in. */
function SignOutDevice({ event }: { event: AccountEvent }) {
  const { text } = useText()
  const { sessions, revokeSession } = useSessionManagement()
  const revoke = useAction({ task: (id: string) => revokeSession(id) })
  const session = sessions.find(({ id, current }) => id === event.sessionId && !current)
  if (revoke.isDone) return <Done>{text('activity.device-signed-out')}</Done>
  if (session === undefined && !revoke.isPending && revoke.error === null) return null
  return (
    <>
      <Button
        look="danger-quiet"
        disabled={revoke.isPending || session === undefined}
        onClick={() => session !== undefined && revoke.run(session.id)}
      >
        {text('activity.sign-out-device')}
      </Button>
      <Failure error={revoke.error} />
    </>
  )
}
