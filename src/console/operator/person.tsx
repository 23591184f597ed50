import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { AnswerTo } from '../../client/index.ts'
import { useLatchkey, useSession } from '../../react/index.ts'
import { DeviceIcon, deviceInWords, nameOf } from '../device.tsx'
import { Placeholder } from '../devices.tsx'
import { Confirm, Failure } from '../dialog.tsx'
import { usePollMs } from '../presence.ts'
import { linkTo } from '../route.ts'
import { Ago } from '../time.tsx'

type JudgedSession = AnswerTo<'GET /v1/admin/users/{id}/sessions'>['sessions'][number]

/** One user, with the sessions; each can be revoked, and all of them at once. */
export function PersonPage({ id }: { id: string }) {
  const client = useLatchkey()
  const permissions = useSession().user?.permissions ?? []
  const [asked, setAsked] = useState<JudgedSession | 'all' | null>(null)
  const [state, setState] = useState<'live' | 'all'>('live')
  const refetchInterval = usePollMs(5_000)
  const params = { id }
  const person = useQuery({
    queryKey: ['person', id],
    queryFn: () => client.request('GET /v1/admin/users/{id}', { params }),
  })
  const listed = useQuery({
    queryKey: ['sessions-of', id, state],
    queryFn: () =>
      client.request('GET /v1/admin/users/{id}/sessions', { params, query: { state, limit: 100 } }),
    refetchInterval,
  })
  const unlock = useMutation({
    mutationFn: () => client.request('POST /v1/admin/users/{id}/unlock', { params }),
  })
  if (person.data === undefined) return person.error ? <Failure error={person.error} /> : <Placeholder />
  const sessions = listed.data?.sessions ?? []
  const mayRevoke = permissions.includes('sessions:revoke')
  return (
    <>
      <header className="page-head">
        <div>
          <p className="crumbs">
            <a href={linkTo('people')}>People</a>
          </p>
          <h1>{person.data.email}</h1>
          <p>
            With an account since <Ago at={person.data.createdAt} />
            {person.data.roles.length > 0 && `, as ${person.data.roles.join(', ')}`}
          </p>
        </div>
        <div className="actions">
          {permissions.includes('users:unlock') && (
            <button type="button" disabled={unlock.isPending} onClick={() => unlock.mutate()}>
              {unlock.isSuccess ? 'Unlocked' : 'Unlock sign-in'}
            </button>
          )}
          {mayRevoke && (
            <button type="button" className="danger-quiet" onClick={() => setAsked('all')}>
              Revoke all sessions
            </button>
          )}
        </div>
      </header>
      <Failure error={unlock.error ?? listed.error} />
      <fieldset className="switch">
        <legend className="hidden">Which sessions</legend>
        {(['live', 'all'] as const).map(value => (
          <label key={value}>
            <input type="radio" name="state" checked={state === value} onChange={() => setState(value)} />
            <span>{value === 'live' ? 'Live sessions' : 'Ended ones too'}</span>
          </label>
        ))}
      </fieldset>
      {listed.data !== undefined && sessions.length === 0 && <p className="panel muted">There are none.</p>}
      <ul className="cards">
        {sessions.map(session => (
          <SessionCard
            key={session.id}
            session={session}
            onRevoke={mayRevoke ? () => setAsked(session) : null}
          />
        ))}
      </ul>
      {asked !== null && (
        <ConfirmRevocation
          userId={id}
          session={asked === 'all' ? null : asked}
          who={person.data.email}
          onDone={() => setAsked(null)}
        />
      )}
    </>
  )
}

function SessionCard({ session, onRevoke }: { session: JudgedSession; onRevoke: (() => void) | null }) {
  const isLive = session.state === 'live'
  return (
    <li className={isLive ? 'card device' : 'card device ended'} aria-label={nameOf(session)}>
      <span className="tile">
        <DeviceIcon type={session.device.type} />
      </span>
      <div className="device-body">
        <h2 className="device-name">
          <span>{nameOf(session)}</span>
          <span className="badge">{session.clientType}</span>
          {!isLive && <span className="badge bad">{session.revokedReason ?? session.state}</span>}
          {session.suspicious && <span className="badge warn">Suspicious</span>}
          {session.current && <span className="badge good">This session</span>}
        </h2>
        <p className="facts">
          {session.deviceName !== null && <span>{deviceInWords(session.device)}</span>}
          {session.ipAddress !== null && <span>{session.ipAddress}</span>}
          <span>by {session.authMethod}</span>
          <span>
            Signed in <Ago at={session.createdAt} />
          </span>
          <span>
            Last active <Ago at={session.lastActivityAt} />
          </span>
        </p>
      </div>
      {isLive && onRevoke !== null && (
        <button type="button" className="danger-quiet" onClick={onRevoke}>
          Revoke
        </button>
      )}
    </li>
  )
}

type Asked = { userId: string; session: JudgedSession | null; who: string; onDone: () => void }

function ConfirmRevocation({ userId, session, who, onDone }: Asked) {
  const client = useLatchkey()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const strategy = session === null ? 'user' : 'session'
  const revoke = useMutation({
    mutationFn: () =>
      client.request('POST /v1/admin/revocations', {
        body: { strategy, value: session?.id ?? userId, reason: reason.trim() },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['sessions-of', userId] })
      onDone()
    },
  })
  return (
    <Confirm
      title={session === null ? `Revoke all sessions of ${who}?` : `Revoke ${nameOf(session)} of ${who}?`}
      action="Revoke"
      isBusy={revoke.isPending}
      isAllowed={reason.trim() !== ''}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
      onCancel={onDone}
    >
      <p>It holds on every instance when it is done, and cannot be undone.</p>
      <label>
        Reason, for the audit log
        <input value={reason} maxLength={200} required onChange={event => setReason(event.target.value)} />
      </label>
    </Confirm>
  )
}
