import { useSession } from '@latchkey/react'
import { Failure, IconButton, icons, useSignOut } from '@latchkey/react/parts'
import { useState } from 'react'
import { Mark } from '../brand/mark.tsx'
import { useText } from '../text/text.tsx'
import type { Entry } from './places.ts'
import { linkTo, type Place } from './route.ts'
import { settings } from './settings.ts'

type Props = {
  entries: readonly Entry[]
  /** Null: the address names no page. */
  place: Place | null
}

/** On a phone: a header whose links wrap, so that all of them, and the current one, are always in view. */
export function Sidebar({ entries, place }: Props) {
  const { text } = useText()
  const [{ name }] = useState(settings)
  const link = ({ place: target, Icon }: Entry) => (
    <li key={target}>
      <a href={linkTo(target)} aria-current={target === place ? 'page' : undefined}>
        <Icon size={18} />
        {text(`shell.${target}`)}
      </a>
    </li>
  )
  const operator = entries.filter(({ permission }) => permission !== null)
  return (
    <header className="sidebar">
      <p className="wordmark">
        <Mark isSmall />
        {name}
      </p>
      <nav aria-label={text('shell.pages')}>
        <p className="group">{text('shell.account')}</p>
        <ul>{entries.filter(({ permission }) => permission === null).map(link)}</ul>
        {operator.length > 0 && <p className="group">{text('shell.operations')}</p>}
        {operator.length > 0 && <ul>{operator.map(link)}</ul>}
      </nav>
      <User />
    </header>
  )
}

function User() {
  const { text } = useText()
  const { user } = useSession()
  const signOut = useSignOut()
  return (
    <>
      <div className="person">
        <span className="avatar" aria-hidden="true">
          {user?.email.slice(0, 1).toUpperCase()}
        </span>
        <span className="email" title={user?.email}>
          {user?.email}
        </span>
        <IconButton
          label={text('shell.sign-out')}
          title={text('shell.sign-out-title')}
          disabled={signOut.isPending}
          onClick={() => signOut.run()}
        >
          <icons.SignOut size={18} />
        </IconButton>
      </div>
      <Failure error={signOut.error} />
    </>
  )
}
