import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Field } from '../../controls/field.tsx'
import { useSettled } from '../../controls/settled.ts'
import { linkTo, useRoute } from '../../shell/route.ts'
import { Loading } from '../../status/placeholder.tsx'
import { dayOf } from '../../time/time.tsx'
import { PersonPage } from './person.tsx'

export default function People() {
  const { detail } = useRoute()
  return detail === null ? <Search /> : <PersonPage key={detail} id={detail} />
}

function Search() {
  const client = useLatchkey()
  const [beginning, setBeginning] = useState('')
  const asked = useSettled(beginning.trim())
  const { data, error } = useQuery({
    queryKey: ['people', asked],
    queryFn: () => client.request('GET /v1/admin/users', { query: asked === '' ? {} : { email: asked } }),
    placeholderData: previous => previous,
  })
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Users</h1>
          <p>Find a user, and see where they’re signed in.</p>
        </div>
      </header>
      <div className="search">
        <Field
          label="Email starts with"
          type="search"
          autoComplete="off"
          value={beginning}
          onValue={setBeginning}
        />
      </div>
      {data === undefined && <Loading error={error} />}
      {data?.users.length === 0 && <p className="panel muted">No matching users.</p>}
      {data !== undefined && data.users.length > 0 && <Found {...data} />}
    </>
  )
}

function Found({ users, nextCursor }: AnswerTo<'GET /v1/admin/users'>) {
  return (
    <div className="panel table-panel">
      <table className="folding">
        <thead>
          <tr>
            <th scope="col">Email</th>
            <th scope="col">Roles</th>
            <th scope="col">Member since</th>
          </tr>
        </thead>
        <tbody>
          {users.map(({ id, email, roles, disabled, createdAt }) => (
            <tr key={id}>
              <td>
                <a href={linkTo('people', id)}>
                  <bdi>{email}</bdi>
                </a>
                {disabled && <span className="badge bad">Disabled</span>}
              </td>
              <td className="roles">
                {roles.length === 0 && <span className="muted">No roles</span>}
                {roles.map(role => (
                  <span key={role} className="badge">
                    {role}
                  </span>
                ))}
              </td>
              <td className="nowrap">
                <time dateTime={createdAt}>{dayOf(createdAt)}</time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {nextCursor !== undefined && <p className="muted">More users match: type more of the email.</p>}
    </div>
  )
}
