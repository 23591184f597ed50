import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Failure } from '../../controls/dialog.tsx'
import { Field } from '../../controls/field.tsx'
import { useSettled } from '../../controls/settled.ts'
import { Placeholder } from '../../shell/placeholder.tsx'
import { linkTo, useRoute } from '../../shell/route.ts'
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
          <h1>People</h1>
          <p>Find somebody, and see where they are signed in.</p>
        </div>
      </header>
      <div className="search">
        <Field
          label="The e-mail address begins with"
          type="search"
          autoComplete="off"
          value={beginning}
          onValue={setBeginning}
        />
      </div>
      <Failure error={error} />
      {data === undefined && error === null && <Placeholder />}
      {data?.users.length === 0 && <p className="panel muted">Nobody’s address begins like that.</p>}
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
            <th scope="col">E-mail address</th>
            <th scope="col">Roles</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {users.map(({ id, email, roles, disabled, createdAt }) => (
            <tr key={id}>
              <td>
                <a href={linkTo('people', id)}>
                  <bdi>{email}</bdi>
                </a>
                {disabled && <span className="badge bad">Switched off</span>}
              </td>
              <td>
                {roles.length === 0 && <span className="muted">no roles</span>}
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
      {nextCursor !== undefined && <p className="muted">There are more: write more of the address.</p>}
    </div>
  )
}
