import { Devices, SignIn, useLatchkey, useSession } from '@latchkey/react'
import { Orders } from './orders'

export function App() {
  const latchkey = useLatchkey()
  const { status, user, error } = useSession()
  if (status === 'unknown') {
    return <p role="status">{error === null ? 'Loading…' : 'The service is unavailable. Trying again…'}</p>
  }
  if (status === 'signed-out') return <SignIn />
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
