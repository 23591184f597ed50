import { useSession } from '@latchkey/react'
import { Key, SignOut } from '../controls/icons.tsx'
import { useSignOut } from '../session/sign-out.ts'
import { Failure } from '../status/failure.tsx'
import type { Entry } from './places.ts'
import { linkTo, type Place } from './route.ts'

type Props = {
  entries: readonly Entry[]
  /** Null: the address names no page. */
  place: Place | null
}

/** On a phone: a header whose links wrap, so that all of them, and the current one, are always in view. */
export function Sidebar({ entries, place }: Props) {
  const { user } = useSession()
  const signOut = useSignOut()
  const link = ({ place: target, title, Icon }: Entry) => (
    <li key={target}>
      <a href={linkTo(target)} aria-current={target === place ? 'page' : undefined}>
        <Icon size={18} />
        {title}
      </a>
    </li>
  )
  const operator = entries.filter(({ permission }) => permission !== null)
  return (
    <header className="sidebar">
      <p className="wordmark">
        <span className="mark small">
          <Key size={18} />
        </span>
        Latchkey
      </p>
      <nav aria-label="Pages">
        <p className="group">Your account</p>
        <ul>{entries.filter(({ permission }) => permission === null).map(link)}</ul>
        {operator.length > 0 && <p className="group">Operations</p>}
        {operator.length > 0 && <ul>{operator.map(link)}</ul>}
      </nav>
      <div className="person">
        <span className="avatar" aria-hidden="true">
          {user?.email.slice(0, 1).toUpperCase()}
        </span>
        <span className="email" title={user?.email}>
          {user?.email}
        </span>
        <button
          type="button"
          className="icon-button"
          aria-label="Sign out of this device"
          title="Sign out"
          disabled={signOut.isPending}
          onClick={() => signOut.run()}
        >
          <SignOut size={18} />
        </button>
      </div>
      <Failure error={signOut.error} />
    </header>
  )
}
