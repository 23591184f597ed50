import { useLatchkey, useSession } from '@latchkey/react'
import { QueryClientProvider } from '@tanstack/react-query'
import { type ComponentType, lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { Security } from '../account/security.tsx'
import { Ban, Chart, Key, Laptop, List, People, Shield, SignOut } from '../controls/icons.tsx'
import { Devices } from '../session/devices.tsx'
import { SignOutButton } from '../session/sign-out.tsx'
import { SignIn } from '../sign-in/sign-in.tsx'
import { HealthNotice } from './health.tsx'
import { Mishap } from './mishap.tsx'
import { Placeholder } from './placeholder.tsx'
import { usePoll } from './presence.ts'
import { createQueryClient } from './queries.ts'
import { linkTo, type Place, useRoute } from './route.ts'

/** Loaded when an operator opens them; most people never do. */
const pages: Record<Place, ComponentType> = {
  devices: Devices,
  security: Security,
  overview: lazy(() => import('../operator/overview/overview.tsx')),
  people: lazy(() => import('../operator/people/people.tsx')),
  revocations: lazy(() => import('../operator/revocation/revocations.tsx')),
  'audit-log': lazy(() => import('../operator/audit/audit-log.tsx')),
}

type Entry = { place: Place; title: string; Icon: typeof Key; permission: string | null }

const entries: readonly Entry[] = [
  { place: 'devices', title: 'Your devices', Icon: Laptop, permission: null },
  { place: 'security', title: 'Security', Icon: Shield, permission: null },
  { place: 'overview', title: 'Overview', Icon: Chart, permission: 'sessions:read' },
  { place: 'people', title: 'People', Icon: People, permission: 'users:read' },
  { place: 'revocations', title: 'Revocations', Icon: Ban, permission: 'sessions:revoke' },
  { place: 'audit-log', title: 'Audit log', Icon: List, permission: 'audit:read' },
]

/** Often enough that somebody who was signed out elsewhere reads it within seconds. */
const pollMs = 2_500

export function App() {
  const { status, sessionId } = useSession()
  useFocusAfterSignIn(status)
  return <Visit key={sessionId ?? 'nobody'} />
}

/** What belongs to one session goes with it: what was read, open dialogs, what was typed. */
function Visit() {
  const { status, reason } = useSession()
  const [queries] = useState(createQueryClient)
  return (
    <QueryClientProvider client={queries}>
      {status === 'signed-out' ? (
        <SignIn reason={reason} />
      ) : status === 'unknown' ? (
        <Waiting />
      ) : (
        <SignedIn />
      )}
    </QueryClientProvider>
  )
}

/** The form that had the focus is gone; without this it would be nowhere. */
function useFocusAfterSignIn(status: string): void {
  const before = useRef(status)
  useEffect(() => {
    const isNowhere = document.activeElement === document.body
    if (before.current === 'signed-out' && status === 'signed-in' && isNowhere) {
      document.querySelector('main')?.focus()
    }
    before.current = status
  }, [status])
}

function Waiting() {
  return (
    <main className="entrance">
      <HealthNotice />
      <Placeholder />
    </main>
  )
}

function SignedIn() {
  const client = useLatchkey()
  const { user } = useSession()
  // Whether it is still so, and with which permissions. A failure is asked again, and told by the notice.
  usePoll(
    useCallback(() => void client.session().catch(() => {}), [client]),
    pollMs,
  )
  const { place } = useRoute()
  const allowed = entries.filter(
    ({ permission }) => permission === null || user?.permissions.includes(permission) === true,
  )
  const entry = allowed.find(candidate => candidate.place === place)
  const title = entry?.title ?? 'Latchkey'
  useEffect(() => {
    document.title = `${title} · Latchkey`
  }, [title])
  useEffect(() => {
    // On a phone they stand in a row that is wider than the page.
    document
      .querySelector(`nav a[href="${linkTo(place)}"]`)
      ?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [place])
  const content = useRef<HTMLElement>(null)
  const Page = pages[place]
  return (
    <div className="frame">
      <button type="button" className="skip" onClick={() => content.current?.focus()}>
        Skip to content
      </button>
      <Sidebar entries={allowed} place={place} />
      <main ref={content} tabIndex={-1}>
        <HealthNotice />
        <Mishap key={place}>
          <Suspense fallback={<Placeholder />}>
            {entry !== undefined ? <Page /> : user === null ? <Placeholder /> : <NotAllowed />}
          </Suspense>
        </Mishap>
      </main>
    </div>
  )
}

function NotAllowed() {
  return (
    <header className="page-head">
      <div>
        <h1>Not for you</h1>
        <p>
          Your account has no permission for this page. <a href={linkTo('devices')}>See your devices</a>
        </p>
      </div>
    </header>
  )
}

function Sidebar({ entries, place }: { entries: readonly Entry[]; place: Place }) {
  const { user } = useSession()
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
        <SignOutButton className="icon-button" aria-label="Sign out of this device" title="Sign out">
          <SignOut size={18} />
        </SignOutButton>
      </div>
    </header>
  )
}
