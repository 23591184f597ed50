import { useSession, useSessionManagement } from '@latchkey/react'
import { latchkey } from './latchkey'
import { Orders } from './orders'
import { SignInForm } from './sign-in-form'

export function App() {
  const { status, user, reason, error } = useSession()
  if (status === 'unknown') {
    return <p role="status">{error === null ? 'Loading…' : 'The service is unavailable. Trying again…'}</p>
  }
  if (status === 'signed-out') return <SignInForm reason={reason} />
  return (
    <main>
      <p>
        {user?.email}{' '}
        <button type="button" onClick={() => latchkey.signOut()}>
          Sign out
        </button>
      </p>
      <Orders />
      <Devices />
    </main>
  )
}

/** By the hooks; `<Devices/>` of `@latchkey/react` is the finished component. */
function Devices() {
  const { sessions, revokeSession } = useSessionManagement()
  return (
    <section>
      <h2>Your devices</h2>
      <ul>
        {sessions.map(({ id, deviceName, device, current }) => (
          <li key={id}>
            {deviceName ?? device.browser ?? 'Unknown'}{' '}
            {current ? (
              '(this device)'
            ) : (
              <button type="button" onClick={() => revokeSession(id)}>
                Sign out
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
