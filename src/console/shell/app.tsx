import { useLatchkey, useSession } from '@latchkey/react'
import { Placeholder, usePoll } from '@latchkey/react/parts'
import { QueryClientProvider } from '@tanstack/react-query'
import { Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { Preferences } from '../preferences/preferences.tsx'
import { Entrance } from '../sign-in/entrance.tsx'
import { HealthNotice } from '../status/health.tsx'
import { Mishap } from '../status/mishap.tsx'
import { OutageReport } from '../status/outage-report.tsx'
import { useText } from '../text/text.tsx'
import { NoAccess, NotFound } from './no-page.tsx'
import { entries, pages, type UserPlace } from './places.ts'
import { createQueryClient } from './queries.ts'
import { useRoute } from './route.ts'
import { settings } from './settings.ts'
import { Sidebar } from './sidebar.tsx'

/** A user who was signed out elsewhere learns it within seconds. */
const pollMs = 2_500

export function App() {
  const { status, sessionId } = useSession()
  useFocusAfterSignIn(status)
  return <Visit key={sessionId ?? 'none'} />
}

/** What belongs to one session ends with it: cached answers, open dialogs, typed text. */
function Visit() {
  const { status } = useSession()
  const [queries] = useState(createQueryClient)
  return (
    <QueryClientProvider client={queries}>
      <OutageReport>
        {status === 'signed-out' ? <Entrance /> : status === 'unknown' ? <Waiting /> : <SignedIn />}
      </OutageReport>
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
  const { text } = useText()
  const client = useLatchkey()
  const { user } = useSession()
  // Whether the session still exists, and with which permissions. A failed read is repeated; the notice reports it.
  usePoll(
    useCallback(() => void client.session().catch(() => {}), [client]),
    pollMs,
  )
  const place = usePlace()
  useScrollToTop(place)
  const permissions = user?.permissions ?? []
  const allowed = entries.filter(({ permission }) => permission === null || permissions.includes(permission))
  const entry = allowed.find(candidate => candidate.place === place)
  const missing = place === null ? 'shell.not-found' : user === null ? undefined : 'shell.no-access'
  useTitle(entry === undefined ? missing && text(missing) : text(`shell.${entry.place}`))
  const content = useRef<HTMLElement>(null)
  return (
    <div className="frame">
      <button type="button" className="skip" onClick={() => content.current?.focus()}>
        {text('shell.skip')}
      </button>
      <Sidebar entries={allowed} place={place} />
      <div className="content">
        <main ref={content} tabIndex={-1} className={`page-${place}`}>
          <HealthNotice audience={permissions.includes('sessions:read') ? 'operator' : 'user'} />
          <Mishap key={place}>
            <Suspense fallback={<Arriving place={place} />}>
              <Content place={place} isAllowed={entry !== undefined} isUserKnown={user !== null} />
            </Suspense>
          </Mishap>
        </main>
        <Preferences />
      </div>
    </div>
  )
}

/** Who is signed in has no use for the page on which visitors sign up. */
function usePlace(): UserPlace | null {
  const { place } = useRoute()
  return place === 'sign-up' ? 'devices' : place
}

/** A page begins at its top: to a browser, another `#` is the same page. */
function useScrollToTop(place: UserPlace | null): void {
  const before = useRef(place)
  useEffect(() => {
    if (before.current !== place) scrollTo(0, 0)
    before.current = place
  }, [place])
}

function useTitle(title: string | undefined): void {
  const [{ name }] = useState(settings)
  useEffect(() => {
    document.title = title === undefined ? name : `${title} · ${name}`
  }, [title, name])
}

type Chosen = { place: UserPlace | null; isAllowed: boolean; isUserKnown: boolean }

function Content({ place, isAllowed, isUserKnown }: Chosen) {
  if (place === null) return <NotFound />
  if (!isAllowed) return isUserKnown ? <NoAccess /> : <Arriving place={place} />
  const Page = pages[place]
  return <Page />
}

/** In place of a page whose code, or whose user, has not arrived: its heading is known. */
function Arriving({ place }: { place: UserPlace | null }) {
  const { text } = useText()
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{text(place === null ? 'shell.not-found' : `shell.${place}`)}</h1>
        </div>
      </header>
      <Placeholder />
    </>
  )
}
