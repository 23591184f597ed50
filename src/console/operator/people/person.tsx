import { type AnswerTo, LatchkeyError } from '@latchkey/client'
import { useLatchkey, useSession } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { useAction } from '../../controls/action.ts'
import { ArrowLeft } from '../../controls/icons.tsx'
import { linkTo } from '../../shell/route.ts'
import { Done } from '../../status/done.tsx'
import { Failure } from '../../status/failure.tsx'
import { Loading } from '../../status/placeholder.tsx'
import { dayOf } from '../../time/time.tsx'
import { PersonSessions } from './person-sessions.tsx'

type Person = AnswerTo<'GET /v1/admin/users/{id}'>

/** One user, with their sessions. */
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
  if (person === undefined) return <NoPerson error={error} />
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
      <Done>{unlock.isSuccess ? 'Sign-in is unlocked.' : ''}</Done>
      {permissions.includes('sessions:read') && <PersonSessions person={person} />}
    </>
  )
}

/** While the user is loading, and in place of one that is not there: the address may have been mistyped. */
function NoPerson({ error }: { error: unknown }) {
  const isUnknown =
    error instanceof LatchkeyError && (error.code === 'not_found' || error.code === 'validation_failed')
  return (
    <>
      <header className="page-head">
        <div>
          <BackToUsers />
          <h1>{isUnknown ? 'User not found' : 'User'}</h1>
          {isUnknown && <p>No user has this ID. The account may have been deleted.</p>}
        </div>
      </header>
      {!isUnknown && <Loading error={error} />}
    </>
  )
}

function BackToUsers() {
  return (
    <p className="crumbs">
      <a href={linkTo('people')}>
        <ArrowLeft size={15} /> Users
      </a>
    </p>
  )
}

function Who({ person: { email, roles, disabled, createdAt } }: { person: Person }) {
  return (
    <div>
      <BackToUsers />
      <h1>
        <bdi>{email}</bdi>
      </h1>
      <p>
        {disabled && <span className="badge bad">Disabled</span>} Member since {dayOf(createdAt)}
        {roles.length > 0 && ` · ${roles.join(', ')}`}
      </p>
    </div>
  )
}
