import { useLatchkey, useSession } from '@latchkey/react'
import { Button, Done, Failure, isLatchkeyError, Loading, useAction } from '@latchkey/react/parts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { linkToQuery } from '../../shell/route.ts'
import { useText } from '../../text/text.tsx'
import { ManagePerson } from './manage.tsx'
import { BackToUsers, PersonFacts, Who } from './person-head.tsx'
import { PersonSessions } from './person-sessions.tsx'

/** One user, with their sessions. */
export function PersonPage({ id }: { id: string }) {
  const { text } = useText()
  const client = useLatchkey()
  const queries = useQueryClient()
  const permissions = useSession().user?.permissions ?? []
  const { data: person, error } = useQuery({
    queryKey: ['person', id],
    queryFn: () => client.request('GET /v1/admin/users/{id}', { params: { id } }),
  })
  const unlock = useAction({
    task: () => client.request('POST /v1/admin/users/{id}/unlock', { params: { id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['person', id] }),
  })
  const isUnlocked = unlock.error === null && !unlock.isPending && person?.lockedUntil === null
  if (person === undefined) return <NoPerson error={error} />
  return (
    <>
      <header className="page-head">
        <Who person={person} />
        <div className="lk-actions">
          {permissions.includes('audit:read') && (
            <a className="lk-button" href={linkToQuery('audit-log', { user: id })}>
              {text('person.audit-log')}
            </a>
          )}
          {permissions.includes('users:unlock') && (
            <Button disabled={unlock.isPending || person.lockedUntil === null} onClick={() => unlock.run()}>
              {text('person.unlock')}
            </Button>
          )}
          <ManagePerson person={person} />
        </div>
      </header>
      <Failure error={unlock.error} />
      <Done>{unlock.isDone && isUnlocked ? text('person.unlocked') : ''}</Done>
      <PersonFacts person={person} />
      {permissions.includes('sessions:read') && <PersonSessions person={person} />}
    </>
  )
}

/** While the user is loading, and in place of one that is not there: the address may have been mistyped. */
function NoPerson({ error }: { error: unknown }) {
  const { text } = useText()
  const isUnknown = isLatchkeyError(error) && ['not_found', 'validation_failed'].includes(error.code)
  return (
    <>
      <header className="page-head">
        <div>
          <BackToUsers />
          <h1>{text(isUnknown ? 'person.not-found' : 'person.title')}</h1>
          {isUnknown && <p>{text('person.not-found-text')}</p>}
        </div>
      </header>
      {!isUnknown && <Loading error={error} />}
    </>
  )
}
