import { useLatchkey, useSession } from '@latchkey/react'
import { QueryClientProvider } from '@tanstack/react-query'
import { Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { SignIn } from '../sign-in/sign-in.tsx'
import { HealthNotice } from '../status/health.tsx'
import { Mishap } from '../status/mishap.tsx'
import { Placeholder } from '../status/placeholder.tsx'
import { NoAccess, NotFound } from './no-page.tsx'
import { entries, pages } from './places.ts'
import { usePoll } from './presence.ts'
import { createQueryClient } from './queries.ts'
import { type Place, useRoute } from './route.ts'
import { Sidebar } from './sidebar.tsx'

/** A user who was signed out elsewhere learns it within seconds. */
const pollMs = 2_500

export function App() {
  const { status, sessionId } = useSession()
  useFocusAfterSignIn(status)
  return <Visit key={sessionId ?? 'nobody'} />
}

/** What belongs to one session ends with it: cached answers, open dialogs, typed text. */
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

/** The form that had the focus is gone; without this the focus would be nowhere. */
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
      <HealthNotice audience="unknown" />
      <Placeholder />
    </main>
  )
}

function SignedIn() {
  const client = useLatchkey()
  const { user } = useSession()
  // Whether the session still exists, and with which permissions. A failed read is repeated; the notice reports it.
  usePoll(
    useCallback(() => void client.session().catch(() => {}), [client]),
    pollMs,
  )
  const { place } = useRoute()
  const permissions = user?.permissions ?? []
  const allowed = entries.filter(({ permission }) => permission === null || permissions.includes(permission))
  const entry = allowed.find(candidate => candidate.place === place)
  const missing = place === null ? 'Page not found' : user === null ? undefined : 'No access'
  useTitle(entry?.title ?? missing)
  const content = useRef<HTMLElement>(null)
  return (
    <div className="frame">
      <button type="button" className="skip" onClick={() => content.current?.focus()}>
        Skip to content
      </button>
      <Sidebar entries={allowed} place={place} />
      <main ref={content} tabIndex={-1}>
        <HealthNotice audience={permissions.includes('sessions:read') ? 'operator' : 'user'} />
        <Mishap key={place}>
          <Suspense fallback={<Placeholder />}>
            <Content place={place} isAllowed={entry !== undefined} isUserKnown={user !== null} />
          </Suspense>
        </Mishap>
      </main>
    </div>
  )
}

function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? 'Latchkey' : `${title} · Latchkey`
  }, [title])
}

type Chosen = { place: Place | null; isAllowed: boolean; isUserKnown: boolean }

function Content({ place, isAllowed, isUserKnown }: Chosen) {
  if (place === null) return <NotFound />
  if (!isAllowed) return isUserKnown ? <NoAccess /> : <Placeholder />
  const Page = pages[place]
  return <Page />
}
