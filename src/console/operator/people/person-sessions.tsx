import type { AnswerTo } from '@latchkey/client'
import { useLatchkey, useSession } from '@latchkey/react'
import { Button, Loading, nameOf, SessionCard, usePollMs } from '@latchkey/react/parts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Switch } from '../../controls/switch.tsx'
import { useText } from '../../text/text.tsx'
import { ConfirmEnding, type JudgedSession } from './confirm-ending.tsx'

type Person = Pick<AnswerTo<'GET /v1/admin/users/{id}'>, 'id' | 'email'>

/** The limit of one answer. */
const mostShown = 100

/** Each can be revoked, or all of them together. */
export function PersonSessions({ person }: { person: Person }) {
  const { text } = useText()
  const mayRevoke = useSession().user?.permissions.includes('sessions:revoke') === true
  const [asked, setAsked] = useState<JudgedSession | 'all' | null>(null)
  const [state, setState] = useState<'live' | 'all'>('live')
  const { data, error } = useSessionsOf(person.id, state)
  const states = { live: text('person.live'), all: text('person.all') }
  return (
    <>
      <div className="lk-section-head">
        <Switch legend={text('person.which')} options={states} value={state} onValue={setState} />
        {mayRevoke && (
          <Button look="danger-quiet" onClick={() => setAsked('all')}>
            {text('person.revoke-all')}
          </Button>
        )}
      </div>
      {data === undefined && <Loading error={error} />}
      {data?.sessions.length === 0 && <p className="lk-panel lk-muted">{text('person.no-sessions')}</p>}
      <ul className="lk-cards">
        {data?.sessions.map(session => (
          <JudgedCard
            key={session.id}
            session={session}
            onRevoke={mayRevoke ? () => setAsked(session) : null}
          />
        ))}
      </ul>
      {data?.nextCursor !== undefined && (
        <p className="lk-muted">{text('person.newest-only', { count: mostShown })}</p>
      )}
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
  const words = useText()
  const { text } = words
  const isLive = session.state === 'live'
  const heading = (
    <h2 className="lk-device-name">
      <bdi>{nameOf(session, words)}</bdi>
      <span className="lk-badge">{session.clientType}</span>
      {session.authMethod !== 'password' && <span className="lk-badge">{session.authMethod}</span>}
      {!isLive && <span className="lk-badge lk-bad">{endingOf(session, text)}</span>}
      {session.suspicious && <span className="lk-badge lk-warn">{text('device.suspicious')}</span>}
      {session.current && <span className="lk-badge lk-good">{text('person.this-session')}</span>}
    </h2>
  )
  const action = isLive && onRevoke !== null && (
    <Button
      look="quiet"
      aria-label={text('person.revoke-named', { device: nameOf(session, words) })}
      onClick={onRevoke}
    >
      {text('person.revoke')}
    </Button>
  )
  return (
    <SessionCard session={session} {...(!isLive && { tone: 'ended' })} heading={heading} action={action} />
  )
}

function endingOf({ state, revokedReason }: JudgedSession, text: ReturnType<typeof useText>['text']): string {
  if (state === 'expired') return text('person.expired')
  return text('person.revoked', { reason: (revokedReason ?? '').replaceAll('_', ' ') })
}
