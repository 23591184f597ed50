import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { AnswerTo } from '../../client/index.ts'
import { useLatchkey, useSession } from '../../react/index.ts'
import { useAction } from '../action.ts'
import { nameOf } from '../device.tsx'
import { Confirm, Done, Failure } from '../dialog.tsx'
import { Field } from '../field.tsx'
import { ArrowLeft } from '../icons.tsx'
import { Placeholder } from '../placeholder.tsx'
import { usePollMs } from '../presence.ts'
import { linkTo } from '../route.ts'
import { SessionCard } from '../session-card.tsx'
import { Switch } from '../switch.tsx'
import { dayOf } from '../time.tsx'

type JudgedSession = AnswerTo<'GET /v1/admin/users/{id}/sessions'>['sessions'][number]

const states = { live: 'Live sessions', all: 'Ended ones too' } as const

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
  const unlock = useAction({
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
            <a href={linkTo('people')}>
              <ArrowLeft size={15} /> People
            </a>
          </p>
          <h1>
            <bdi>{person.data.email}</bdi>
          </h1>
          <p>
            {person.data.disabled && <span className="badge bad">Switched off</span>} With an account since{' '}
            {dayOf(person.data.createdAt)}
            {person.data.roles.length > 0 && `, as ${person.data.roles.join(', ')}`}
          </p>
        </div>
        <div className="actions">
          {permissions.includes('audit:read') && (
            <a className="button" href={linkTo('audit-log', id)}>
              Audit log
            </a>
          )}
          {permissions.includes('users:unlock') && (
            <button type="button" disabled={unlock.isPending} onClick={() => unlock.run()}>
              Unlock sign-in
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
      <Done>{unlock.isSuccess ? 'Sign-in is not locked any more.' : ''}</Done>
      <Switch legend="Which sessions" options={states} value={state} onValue={setState} />
      {listed.data !== undefined && sessions.length === 0 && <p className="panel muted">There are none.</p>}
      <ul className="cards">
        {sessions.map(session => (
          <JudgedCard
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

function JudgedCard({ session, onRevoke }: { session: JudgedSession; onRevoke: (() => void) | null }) {
  const isLive = session.state === 'live'
  const heading = (
    <h2 className="device-name">
      <bdi>{nameOf(session)}</bdi>
      <span className="badge">{session.clientType}</span>
      {session.authMethod !== 'password' && <span className="badge">{session.authMethod}</span>}
      {!isLive && <span className="badge bad">{endingOf(session)}</span>}
      {session.suspicious && <span className="badge warn">Suspicious</span>}
      {session.current && <span className="badge good">This session</span>}
    </h2>
  )
  const action = isLive && onRevoke !== null && (
    <button type="button" className="quiet" onClick={onRevoke}>
      Revoke<span className="hidden"> {nameOf(session)}</span>
    </button>
  )
  return (
    <SessionCard session={session} {...(!isLive && { tone: 'ended' })} heading={heading} action={action} />
  )
}

function endingOf({ state, revokedReason }: JudgedSession): string {
  return state === 'expired' ? 'Expired' : `Revoked: ${(revokedReason ?? '').replaceAll('_', ' ')}`
}

type Asked = { userId: string; session: JudgedSession | null; who: string; onDone: () => void }

function ConfirmRevocation({ userId, session, who, onDone }: Asked) {
  const client = useLatchkey()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const strategy = session === null ? 'user' : 'session'
  const revoke = useAction({
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
      onConfirm={() => revoke.run()}
      onCancel={onDone}
    >
      <p>It holds on every instance when it is done, and cannot be undone.</p>
      <Field label="Reason, for the audit log" maxLength={200} required value={reason} onValue={setReason} />
    </Confirm>
  )
}
