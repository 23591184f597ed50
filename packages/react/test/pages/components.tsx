import { createRoot } from 'react-dom/client'
import { createLatchkeyClient } from '../../../client/src/index.ts'
import {
  ChangePassword,
  Devices,
  LatchkeyProvider,
  SecurityActivity,
  SignIn,
  useSession,
} from '../../src/index.ts'
import { de } from '../../src/messages/de.ts'

/** An application that shows the components, in German, as the guide does. */

const client = createLatchkeyClient({ transport: 'cookie' })
const messages = { ...de, messages: { ...de.messages, 'sign-in.title': 'Willkommen' } }

function Account() {
  const { status } = useSession()
  if (status === 'unknown') return <p>…</p>
  if (status === 'signed-out') return <SignIn />
  return (
    <>
      <h1>Konto</h1>
      <Devices />
      <ChangePassword />
      <SecurityActivity />
    </>
  )
}

const root = document.querySelector('#root')
if (root === null) throw new Error('the page has no root')
createRoot(root).render(
  <LatchkeyProvider client={client} messages={messages}>
    <Account />
  </LatchkeyProvider>,
)
