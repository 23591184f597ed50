import type { DeviceSession } from '@latchkey/client'
import { useSessionManagement } from '@latchkey/react'
import { useCallback, useState } from 'react'
import { useAction } from '../controls/action.ts'
import { Confirm, Done, Failure } from '../controls/dialog.tsx'
import { Warning } from '../controls/icons.tsx'
import { Placeholder } from '../shell/placeholder.tsx'
import { usePoll } from '../shell/presence.ts'
import { useNow } from '../time/time.tsx'
import { nameOf } from './device.tsx'
import { DeviceName } from './device-name.tsx'
import { SessionCard } from './session-card.tsx'
import { SignOutButton } from './sign-out.tsx'

/** Often enough that a device which was signed out elsewhere shows it within seconds. */
const pollMs = 2_500
/** A session counts as new for a day. */
const newForMs = 86_400_000

export function Devices() {
  const { sessions, reload, error } = useSessionManagement()
  const [asked, setAsked] = useState<DeviceSession | 'others' | null>(null)
  const [done, setDone] = useState('')
  // What fails here is asked again, and the notice above says what is wrong with the service.
  usePoll(
    useCallback(() => void reload().catch(() => {}), [reload]),
    pollMs,
  )
  // A list has at least the session that asked for it.
  if (sessions.length === 0) return error === null ? <Placeholder /> : <Failure error={error} />
  const others = sessions.filter(({ current }) => !current)
  const card = (session: DeviceSession) => (
    <DeviceCard key={session.id} session={session} onRevoke={() => setAsked(session)} />
  )
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Your devices</h1>
          <p>{countInWords(sessions.length)}</p>
        </div>
      </header>
      <Done>{done}</Done>
      <ul className="cards">{sessions.filter(({ current }) => current).map(card)}</ul>
      {others.length > 0 && (
        <section aria-labelledby="others">
          <header className="section-head">
            <h2 id="others">Other devices</h2>
            <button type="button" className="danger-quiet" onClick={() => setAsked('others')}>
              Sign out everywhere else
            </button>
          </header>
          <ul className="cards">{others.map(card)}</ul>
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
    ? 'You are signed in on this device only.'
    : `You are signed in on ${count} devices. If you do not know one, sign it out and change your password.`
}

function DeviceCard({ session, onRevoke }: { session: DeviceSession; onRevoke: () => void }) {
  const nowMs = useNow()
  const { current, suspicious } = session
  const isNew = !current && Date.parse(session.createdAt) > nowMs - newForMs
  const heading = (
    <DeviceName session={session}>
      {current && <span className="badge good">This device</span>}
      {isNew && <span className="badge new">New</span>}
      {suspicious && <span className="badge warn">Suspicious</span>}
    </DeviceName>
  )
  const action = current ? (
    <SignOutButton>Sign out</SignOutButton>
  ) : (
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
      {suspicious && (
        <p className="warn-text">
          <Warning size={16} /> Its network and its browser have both changed since it signed in.
        </p>
      )}
    </SessionCard>
  )
}

type Asked = {
  which: DeviceSession | 'others'
  /** Of the others. */
  count: number
  /** Takes what has happened, in words. */
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
      onDone(isOthers ? 'Every other device is signed out.' : `${nameOf(which)} is signed out.`)
      onClose()
    },
  })
  const others = count > 1 ? `Sign out ${count} devices` : 'Sign out one device'
  return (
    <Confirm
      title={isOthers ? 'Sign out everywhere else?' : `Sign out ${nameOf(which)}?`}
      action={isOthers ? others : 'Sign out device'}
      isBusy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.run()}
      onCancel={onClose}
    >
      <p>
        {isOthers ? 'Every device but this one' : 'It'} is signed out at once, and has to sign in again with
        your password. This cannot be undone.
      </p>
    </Confirm>
  )
}
