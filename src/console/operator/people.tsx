import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useId, useState } from 'react'
import { useLatchkey } from '../../react/index.ts'
import { Placeholder } from '../devices.tsx'
import { Failure } from '../dialog.tsx'
import { linkTo, useRoute } from '../route.ts'
import { Ago } from '../time.tsx'
import { PersonPage } from './person.tsx'

export default function People() {
  const { detail } = useRoute()
  return detail === null ? <Search /> : <PersonPage key={detail} id={detail} />
}

function Search() {
  const client = useLatchkey()
  const [beginning, setBeginning] = useState('')
  const asked = useDeferredValue(beginning.trim())
  const field = useId()
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
          <p>Find somebody by the beginning of the e-mail address.</p>
        </div>
      </header>
      <div className="search">
        <label htmlFor={field} className="hidden">
          E-mail address begins with
        </label>
        <input
          id={field}
          type="search"
          placeholder="E-mail address begins with…"
          value={beginning}
          onChange={event => setBeginning(event.target.value)}
        />
      </div>
      <Failure error={error} />
      {data === undefined && error === null && <Placeholder />}
      {data?.users.length === 0 && <p className="panel muted">Nobody’s address begins like that.</p>}
      {data !== undefined && data.users.length > 0 && (
        <div className="panel table-panel">
          <table>
            <thead>
              <tr>
                <th scope="col">E-mail address</th>
                <th scope="col">Roles</th>
                <th scope="col">Since</th>
              </tr>
            </thead>
            <tbody>
              {data.users.map(({ id, email, roles, disabled, createdAt }) => (
                <tr key={id}>
                  <td>
                    <a href={linkTo('people', id)}>{email}</a>
                    {disabled && <span className="badge bad">Switched off</span>}
                  </td>
                  <td>
                    {roles.map(role => (
                      <span key={role} className="badge">
                        {role}
                      </span>
                    ))}
                  </td>
                  <td>
                    <Ago at={createdAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {data.nextCursor !== undefined && (
            <p className="muted">There are more: write more of the address.</p>
          )}
        </div>
      )}
    </>
  )
}
