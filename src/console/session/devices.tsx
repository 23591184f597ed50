import type { DeviceSession } from '@latchkey/client'
import { useSessionManagement } from '@latchkey/react'
import { useCallback, useState } from 'react'
import { useAction } from '../controls/action.ts'
import { Confirm } from '../controls/dialog.tsx'
import { Warning } from '../controls/icons.tsx'
import { usePoll } from '../shell/presence.ts'
import { Done } from '../status/done.tsx'
import { Failure } from '../status/failure.tsx'
import { Loading } from '../status/placeholder.tsx'
import { useNow } from '../time/time.tsx'
import { nameOf } from './device.tsx'
import { DeviceName } from './device-name.tsx'
import { SessionCard } from './session-card.tsx'
import { useSignOut } from './sign-out.ts'

/** A device that was signed out elsewhere disappears within seconds. */
const pollMs = 2_500
/** A session counts as new for a day. */
const newForMs = 86_400_000

export function Devices() {
  const { sessions, reload, error } = useSessionManagement()
  const [asked, setAsked] = useState<DeviceSession | 'others' | null>(null)
  const [done, setDone] = useState('')
  // A failed read is repeated, and the notice at the top reports an outage.
  usePoll(
    useCallback(() => void reload().catch(() => {}), [reload]),
    pollMs,
  )
  // The list always contains the session that asks.
  if (sessions.length === 0) return <Loading error={error} />
  const others = sessions.filter(({ current }) => !current)
  const own = sessions.find(({ current }) => current)
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Your devices</h1>
          <p>{countInWords(sessions.length)}</p>
        </div>
      </header>
      <Done>{done}</Done>
      <ul className="cards">{own !== undefined && <OwnCard session={own} />}</ul>
      {others.length > 0 && (
        <section aria-labelledby="others">
          <header className="section-head">
            <h2 id="others">Other devices</h2>
            <button type="button" className="danger-quiet" onClick={() => setAsked('others')}>
              Sign out all other devices
            </button>
          </header>
          <ul className="cards">
            {others.map(session => (
              <OtherCard key={session.id} session={session} onRevoke={() => setAsked(session)} />
            ))}
          </ul>
        </section>
      )}
      {asked !== null && (
        <ConfirmSignOut which={asked} count={others.length} onDone={setDone} onClose={() => setAsked(null)} />
      )}
    </>
  )
}

function countInWords(count: number): string {
  return count === 1
    ? 'You’re signed in on this device only.'
    : `You’re signed in on ${count} devices. Don’t recognize one? Sign it out and change your password.`
}

/** Signs itself out. */
function OwnCard({ session }: { session: DeviceSession }) {
  const signOut = useSignOut()
  const action = (
    <button type="button" disabled={signOut.isPending} onClick={() => signOut.run()}>
      Sign out
    </button>
  )
  const heading = (
    <DeviceName session={session}>
      <span className="badge good">This device</span>
      {session.suspicious && <span className="badge warn">Suspicious</span>}
    </DeviceName>
  )
  return (
    <SessionCard
      session={session}
      {...(session.suspicious && { tone: 'alarming' })}
      heading={heading}
      action={action}
    >
      {session.suspicious && <Suspicion />}
      <Failure error={signOut.error} />
    </SessionCard>
  )
}

function OtherCard({ session, onRevoke }: { session: DeviceSession; onRevoke: () => void }) {
  const nowMs = useNow()
  const { suspicious } = session
  const isNew = Date.parse(session.createdAt) > nowMs - newForMs
  const heading = (
    <DeviceName session={session}>
      {isNew && <span className="badge new">New</span>}
      {suspicious && <span className="badge warn">Suspicious</span>}
    </DeviceName>
  )
  const action = (
    <button type="button" className={suspicious ? 'danger-quiet' : 'quiet'} onClick={onRevoke}>
      Sign out<span className="hidden"> {nameOf(session)}</span>
    </button>
  )
  return (
    <SessionCard
      session={session}
      {...(suspicious && { tone: 'alarming' })}
      heading={heading}
      action={action}
    >
      {suspicious && <Suspicion />}
    </SessionCard>
  )
}

function Suspicion() {
  return (
    <p className="warn-text">
      <Warning size={16} /> This session moved to a different network and browser.
    </p>
  )
}

type Asked = {
  which: DeviceSession | 'others'
  /** The number of other devices. */
  count: number
  /** Receives the result, in words. */
  onDone: (words: string) => void
  onClose: () => void
}

function ConfirmSignOut({ which, count, onDone, onClose }: Asked) {
  const { revokeSession, revokeOthers } = useSessionManagement()
  const isOthers = which === 'others'
  const revoke = useAction({
    mutationFn: async () => {
      if (!isOthers) await revokeSession(which.id)
      else await revokeOthers()
    },
    onSuccess: () => {
      onDone(isOthers ? 'All other devices are signed out.' : `${nameOf(which)} is signed out.`)
      onClose()
    },
  })
  const others = count > 1 ? `Sign out ${count} devices` : 'Sign out one device'
  return (
    <Confirm
      title={isOthers ? 'Sign out all other devices?' : `Sign out ${nameOf(which)}?`}
      action={isOthers ? others : 'Sign out device'}
      isBusy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.run()}
      onCancel={onClose}
    >
      <p>
        {isOthers ? 'They lose access immediately, and have' : 'It loses access immediately, and has'} to sign
        in again. You can’t undo this.
      </p>
    </Confirm>
  )
}
