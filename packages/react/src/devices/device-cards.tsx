import type { DeviceSession } from '@latchkey/client'
import { Button } from '../controls/button.tsx'
import type { HeadingLevel } from '../controls/heading.tsx'
import { Warning } from '../controls/icons.tsx'
import { useSignOut } from '../session/sign-out.ts'
import { Failure } from '../status/failure.tsx'
import { useText } from '../text/text.tsx'
import { useNow } from '../time/now.ts'
import { nameOf } from './device.tsx'
import { DeviceName } from './device-name.tsx'
import { SessionCard } from './session-card.tsx'

/** A session counts as new for a day. */
const newForMs = 86_400_000

/** Signs itself out. */
export function OwnCard({ session, level }: { session: DeviceSession; level: HeadingLevel }) {
  const { text } = useText()
  const signOut = useSignOut()
  const heading = (
    <DeviceName session={session} level={level}>
      <span className="lk-badge lk-good">{text('device.this')}</span>
      {session.suspicious && <span className="lk-badge lk-warn">{text('device.suspicious')}</span>}
    </DeviceName>
  )
  return (
    <SessionCard
      session={session}
      {...(session.suspicious && { tone: 'alarming' })}
      heading={heading}
      action={
        <Button disabled={signOut.isPending} onClick={() => signOut.run()}>
          {text('device.sign-out')}
        </Button>
      }
    >
      {session.suspicious && <Suspicion />}
      <Failure error={signOut.error} />
    </SessionCard>
  )
}

type Other = { session: DeviceSession; level: HeadingLevel; onRevoke: () => void }

export function OtherCard({ session, level, onRevoke }: Other) {
  const words = useText()
  const nowMs = useNow()
  const { suspicious } = session
  const isNew = Date.parse(session.createdAt) > nowMs - newForMs
  const heading = (
    <DeviceName session={session} level={level}>
      {isNew && <span className="lk-badge lk-new">{words.text('device.new')}</span>}
      {suspicious && <span className="lk-badge lk-warn">{words.text('device.suspicious')}</span>}
    </DeviceName>
  )
  return (
    <SessionCard
      session={session}
      {...(suspicious && { tone: 'alarming' })}
      heading={heading}
      action={
        <Button
          look={suspicious ? 'danger-quiet' : 'quiet'}
          aria-label={words.text('device.sign-out-named', { device: nameOf(session, words) })}
          onClick={onRevoke}
        >
          {words.text('device.sign-out')}
        </Button>
      }
    >
      {suspicious && <Suspicion />}
    </SessionCard>
  )
}

function Suspicion() {
  const { text } = useText()
  return (
    <p className="lk-warn-text">
      <Warning size={16} /> {text('device.moved')}
    </p>
  )
}
