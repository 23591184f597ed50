import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { Ago, dayOf, Field, Loading, useSettled } from '@latchkey/react/parts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { linkTo, useRoute } from '../../shell/route.ts'
import { useText } from '../../text/text.tsx'
import { RoleBadges, StatusBadge } from './badges.tsx'
import { PersonPage } from './person.tsx'

export default function People() {
  const { detail } = useRoute()
  return detail === null ? <Search /> : <PersonPage key={detail} id={detail} />
}

function Search() {
  const { text } = useText()
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
          <h1>{text('shell.people')}</h1>
          <p>{text('people.intro')}</p>
        </div>
      </header>
      <div className="search">
        <Field
          label={text('people.search')}
          type="search"
          autoComplete="off"
          value={beginning}
          onValue={setBeginning}
        />
      </div>
      {data === undefined && <Loading error={error} />}
      {data?.users.length === 0 && <p className="lk-panel lk-muted">{text('people.none')}</p>}
      {data !== undefined && data.users.length > 0 && <Found {...data} />}
    </>
  )
}

function Found({ users, nextCursor }: AnswerTo<'GET /v1/admin/users'>) {
  const { text } = useText()
  return (
    <div className="lk-panel table-panel">
      <table className="folding">
        <thead>
          <tr>
            <th scope="col">{text('people.email')}</th>
            <th scope="col">{text('people.status')}</th>
            <th scope="col">{text('people.roles')}</th>
            <th scope="col">{text('people.last-sign-in')}</th>
            <th scope="col">{text('people.since')}</th>
          </tr>
        </thead>
        <tbody>
          {users.map(user => (
            <Row key={user.id} user={user} />
          ))}
        </tbody>
      </table>
      {nextCursor !== undefined && <p className="lk-muted">{text('people.more')}</p>}
    </div>
  )
}

function Row({ user }: { user: AnswerTo<'GET /v1/admin/users'>['users'][number] }) {
  const { text, locale } = useText()
  return (
    <tr>
      <td className="address">
        <a href={linkTo('people', user.id)}>
          <bdi>{user.email}</bdi>
        </a>
      </td>
      <td>
        <StatusBadge user={user} />
      </td>
      <td className="roles">
        <RoleBadges roles={user.roles} />
      </td>
      <td className="nowrap" data-label={text('people.last-sign-in')}>
        {user.lastSignInAt === null ? text('people.never') : <Ago at={user.lastSignInAt} />}
      </td>
      <td className="nowrap" data-label={text('people.since')}>
        <time dateTime={user.createdAt}>{dayOf(user.createdAt, locale)}</time>
      </td>
    </tr>
  )
}
