import type { AnswerTo } from '@latchkey/client'
import { useLatchkey, useSession } from '@latchkey/react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useAction } from '../../controls/action.ts'
import { Confirm } from '../../controls/dialog.tsx'
import { Field } from '../../controls/field.tsx'
import { Switch } from '../../controls/switch.tsx'
import { nameOf } from '../../session/device.tsx'
import { SessionCard } from '../../session/session-card.tsx'
import { usePollMs } from '../../shell/presence.ts'
import { Loading } from '../../status/placeholder.tsx'

type JudgedSession = AnswerTo<'GET /v1/admin/users/{id}/sessions'>['sessions'][number]
type Person = Pick<AnswerTo<'GET /v1/admin/users/{id}'>, 'id' | 'email'>

const states = { live: 'Live sessions', all: 'All sessions' } as const
/** The limit of one answer. */
const mostShown = 100

/** Each can be revoked, or all of them together. */
export function PersonSessions({ person }: { person: Person }) {
  const mayRevoke = useSession().user?.permissions.includes('sessions:revoke') === true
  const [asked, setAsked] = useState<JudgedSession | 'all' | null>(null)
  const [state, setState] = useState<'live' | 'all'>('live')
  const { data, error } = useSessionsOf(person.id, state)
  return (
    <>
      <div className="section-head">
        <Switch legend="Which sessions" options={states} value={state} onValue={setState} />
        {mayRevoke && (
          <button type="button" className="danger-quiet" onClick={() => setAsked('all')}>
            Revoke all sessions
          </button>
        )}
      </div>
      {data === undefined && <Loading error={error} />}
      {data?.sessions.length === 0 && <p className="panel muted">No sessions.</p>}
      <ul className="cards">
        {data?.sessions.map(session => (
          <JudgedCard
            key={session.id}
            session={session}
            onRevoke={mayRevoke ? () => setAsked(session) : null}
          />
        ))}
      </ul>
      {data?.nextCursor !== undefined && <p className="muted">Only the newest {mostShown} are shown.</p>}
      {asked !== null && (
        <ConfirmEnding
          userId={person.id}
          session={asked === 'all' ? null : asked}
          who={person.email}
          onDone={() => setAsked(null)}
        />
      )}
    </>
  )
}

function useSessionsOf(id: string, state: 'live' | 'all') {
  const client = useLatchkey()
  const refetchInterval = usePollMs(5_000)
  const query = { state, limit: mostShown }
  return useQuery({
    queryKey: ['sessions-of', id, state],
    queryFn: () => client.request('GET /v1/admin/users/{id}/sessions', { params: { id }, query }),
    refetchInterval,
  })
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

function ConfirmEnding({ userId, session, who, onDone }: Asked) {
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
      <p>Takes effect on all instances before you see the result. You can’t undo it.</p>
      <Field label="Reason, for the audit log" maxLength={200} required value={reason} onValue={setReason} />
    </Confirm>
  )
}
