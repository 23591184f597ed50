import type { AnswerTo } from '@latchkey/client'
import { useLatchkey, useSession } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { useAction } from '../../controls/action.ts'
import { Done, Failure } from '../../controls/dialog.tsx'
import { ArrowLeft } from '../../controls/icons.tsx'
import { Placeholder } from '../../shell/placeholder.tsx'
import { linkTo } from '../../shell/route.ts'
import { dayOf } from '../../time/time.tsx'
import { PersonSessions } from './person-sessions.tsx'

type Person = AnswerTo<'GET /v1/admin/users/{id}'>

/** One user, with the sessions. */
export function PersonPage({ id }: { id: string }) {
  const client = useLatchkey()
  const permissions = useSession().user?.permissions ?? []
  const { data: person, error } = useQuery({
    queryKey: ['person', id],
    queryFn: () => client.request('GET /v1/admin/users/{id}', { params: { id } }),
  })
  const unlock = useAction({
    mutationFn: () => client.request('POST /v1/admin/users/{id}/unlock', { params: { id } }),
  })
  if (person === undefined) return error ? <Failure error={error} /> : <Placeholder />
  return (
    <>
      <header className="page-head">
        <Who person={person} />
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
        </div>
      </header>
      <Failure error={unlock.error} />
      <Done>{unlock.isSuccess ? 'Sign-in is not locked any more.' : ''}</Done>
      {permissions.includes('sessions:read') && <PersonSessions person={person} />}
    </>
  )
}

function Who({ person: { email, roles, disabled, createdAt } }: { person: Person }) {
  return (
    <div>
      <p className="crumbs">
        <a href={linkTo('people')}>
          <ArrowLeft size={15} /> People
        </a>
      </p>
      <h1>
        <bdi>{email}</bdi>
      </h1>
      <p>
        {disabled && <span className="badge bad">Switched off</span>} With an account since {dayOf(createdAt)}
        {roles.length > 0 && `, as ${roles.join(', ')}`}
      </p>
    </div>
  )
}
