import { createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createLatchkeyClient } from '../../../client/src/index.ts'
import {
  LatchkeyProvider,
  type UseSession,
  type UseSessionManagement,
  useSession,
  useSessionManagement,
} from '../../src/index.ts'

/** A page that shows who is signed in, and on what devices, twice over. */

const latchkey = createLatchkeyClient({ transport: 'cookie' })
const rendered: { session?: UseSession; management?: UseSessionManagement } = {}

function Person() {
  rendered.session = useSession()
  return createElement('p', { id: 'person' }, rendered.session.user?.email ?? rendered.session.status)
}

function Devices({ id }: { id: string }) {
  const management = useSessionManagement()
  rendered.management = management
  const names = management.sessions.map(session =>
    createElement('li', { key: session.id }, session.deviceName ?? 'unnamed'),
  )
  return createElement('ul', { id }, management.loading ? createElement('li', {}, 'loading') : names)
}

const root = document.querySelector('#root')
if (root === null) throw new Error('the page has no root')
createRoot(root).render(
  createElement(
    StrictMode,
    {},
    createElement(
      LatchkeyProvider,
      { client: latchkey },
      createElement(Person),
      createElement(Devices, { id: 'devices' }),
      createElement(Devices, { id: 'again' }),
    ),
  ),
)

Object.assign(globalThis, { latchkey, rendered })
