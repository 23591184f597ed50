import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'
import { currentSession, scriptedService, start } from '../../client/test/scripted-service.ts'
import {
  ChangePassword,
  Devices,
  LatchkeyProvider,
  SecurityActivity,
  SignIn,
  SignUp,
  useSession,
} from '../src/index.ts'
import { de } from '../src/messages/de.ts'

function Account() {
  const { status } = useSession()
  if (status !== 'signed-in') return <SignIn />
  return (
    <>
      <Devices headingLevel={1} />
      <ChangePassword />
      <SecurityActivity />
      <SignUp />
    </>
  )
}

it('renders every component on a server, in the language of the page, without asking the service', () => {
  const service = scriptedService()
  const { client } = start(service, { transport: 'cookie' })
  const page = (initialSession: typeof currentSession | null) =>
    renderToString(
      <LatchkeyProvider client={client} initialSession={initialSession} messages={de}>
        <Account />
      </LatchkeyProvider>,
    )
  const signedIn = page(currentSession)
  expect(signedIn).toMatch(/<h1[^>]*>Ihre Geräte<\/h1>/)
  expect(signedIn).toContain('Letzte Aktivitäten')
  expect(signedIn).toContain('Passwort ändern')
  expect(page(null)).toContain('Anmelden')
  expect(service.asked).toEqual([])
})
