import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { DeviceSession } from '../client/index.ts'
import { useLatchkey, useSession } from '../react/index.ts'
import { DeviceIcon, deviceInWords, nameOf } from './device.tsx'
import { DeviceName } from './device-name.tsx'
import { Confirm, Failure } from './dialog.tsx'
import { SignOut, Warning } from './icons.tsx'
import { usePollMs } from './presence.ts'
import { Ago, useNow } from './time.tsx'

/** Often enough that a device which was signed out elsewhere shows it within seconds. */
const pollMs = 2_500
/** A session counts as new for a day. */
const newForMs = 86_400_000

export function useDevices() {
  const client = useLatchkey()
  const { sessionId } = useSession()
  const queryKey = ['devices', sessionId]
  const refetchInterval = usePollMs(pollMs)
  return { queryKey, ...useQuery({ queryKey, queryFn: () => client.listSessions(), refetchInterval }) }
}

export function Devices() {
  const { data: sessions, error, queryKey } = useDevices()
  const [asked, setAsked] = useState<DeviceSession | 'others' | null>(null)
  if (sessions === undefined) return error ? <Failure error={error} /> : <Placeholder />
  const ordered = sessions.toSorted((a, b) => Number(b.current) - Number(a.current))
  const others = sessions.length - 1
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Your devices</h1>
          <p>{countInWords(sessions.length)} If you do not know one, sign it out.</p>
        </div>
        {others > 0 && (
          <button type="button" className="danger-quiet" onClick={() => setAsked('others')}>
            Sign out everywhere else
          </button>
        )}
      </header>
      <ul className="cards">
        {ordered.map(session => (
          <DeviceCard
            key={session.id}
            session={session}
            queryKey={queryKey}
            onRevoke={() => setAsked(session)}
          />
        ))}
      </ul>
      {asked === 'others' && (
        <ConfirmOthers count={others} queryKey={queryKey} onDone={() => setAsked(null)} />
      )}
      {asked !== null && asked !== 'others' && (
        <ConfirmRevoke session={asked} queryKey={queryKey} onDone={() => setAsked(null)} />
      )}
    </>
  )
}

function countInWords(count: number): string {
  return count === 1 ? 'You are signed in on this device only.' : `You are signed in on ${count} devices.`
}

type Keyed = { queryKey: readonly unknown[] }

function DeviceCard({
  session,
  queryKey,
  onRevoke,
}: Keyed & { session: DeviceSession; onRevoke: () => void }) {
  const client = useLatchkey()
  const signOut = useMutation({ mutationFn: () => client.signOut() })
  const nowMs = useNow()
  const isNew = !session.current && Date.parse(session.createdAt) > nowMs - newForMs
  return (
    <li className={session.suspicious ? 'card device alarming' : 'card device'} aria-label={nameOf(session)}>
      <span className="tile">
        <DeviceIcon type={session.device.type} />
      </span>
      <div className="device-body">
        <DeviceName session={session} queryKey={queryKey}>
          {session.current && <span className="badge good">This device</span>}
          {isNew && <span className="badge new">New</span>}
          {session.suspicious && <span className="badge warn">Suspicious</span>}
        </DeviceName>
        <p className="facts">
          {session.deviceName !== null && <span>{deviceInWords(session.device)}</span>}
          {session.ipAddress !== null && <span>{session.ipAddress}</span>}
          <span>
            Signed in <Ago at={session.createdAt} />
          </span>
          <LastActive session={session} />
        </p>
        {session.suspicious && (
          <p className="warn-text">
            <Warning size={16} /> Its network and its browser have both changed since it signed in.
          </p>
        )}
        <Failure error={signOut.error} />
      </div>
      {session.current ? (
        <button type="button" disabled={signOut.isPending} onClick={() => signOut.mutate()}>
          Sign out
        </button>
      ) : (
        <button type="button" className="danger-quiet" onClick={onRevoke}>
          Sign out<span className="hidden"> {nameOf(session)}</span>
        </button>
      )}
    </li>
  )
}

function LastActive({ session: { current, lastActivityAt } }: { session: DeviceSession }) {
  if (current) return <span className="live">Active now</span>
  return (
    <span>
      Last active <Ago at={lastActivityAt} />
    </span>
  )
}

function ConfirmRevoke({
  session,
  queryKey,
  onDone,
}: Keyed & { session: DeviceSession; onDone: () => void }) {
  const client = useLatchkey()
  const queries = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => client.revokeSession(session.id),
    onSuccess: async () => {
      await queries.cancelQueries({ queryKey })
      queries.setQueryData<DeviceSession[]>(queryKey, known => known?.filter(({ id }) => id !== session.id))
      onDone()
    },
  })
  return (
    <Confirm
      title={`Sign out ${nameOf(session)}?`}
      action="Sign out device"
      isBusy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
      onCancel={onDone}
    >
      <p>It is signed out at once, and has to sign in again with your password. This cannot be undone.</p>
    </Confirm>
  )
}

function ConfirmOthers({ count, queryKey, onDone }: Keyed & { count: number; onDone: () => void }) {
  const client = useLatchkey()
  const queries = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => client.revokeOthers(),
    onSuccess: async () => {
      await queries.cancelQueries({ queryKey })
      queries.setQueryData<DeviceSession[]>(queryKey, known => known?.filter(({ current }) => current))
      onDone()
    },
  })
  return (
    <Confirm
      title="Sign out everywhere else?"
      action={count === 1 ? 'Sign out one device' : `Sign out ${count} devices`}
      isBusy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
      onCancel={onDone}
    >
      <p>
        <SignOut size={16} /> Every device but this one is signed out at once. This cannot be undone.
      </p>
    </Confirm>
  )
}

export function Placeholder() {
  return (
    <div className="placeholder" role="status">
      <span className="hidden">Loading…</span>
      <div />
      <div />
      <div />
    </div>
  )
}
