'use client'

import { SignIn, useLatchkey, useSession } from '@latchkey/react'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'

/**
 * For a request whose access token the server did not accept. The token may only have expired: a server cannot refresh
 * it, because the refresh cookie goes to Latchkey alone, but the browser can. The form is for users whose session is
 * over.
 */
export function SignInHere({ returnTo }: { returnTo: string }) {
  const latchkey = useLatchkey()
  const router = useRouter()
  const { status } = useSession()
  const [isUnavailable, setUnavailable] = useState(false)

  useEffect(() => {
    if (status !== 'signed-in') return
    // Refreshes the token if that is needed. When the session is over, `status` becomes `signed-out`.
    latchkey
      .session()
      .then(() => {
        router.replace(returnTo)
        router.refresh()
      })
      .catch(() => setUnavailable(latchkey.state.status === 'signed-in'))
  }, [latchkey, returnTo, router, status])

  if (status === 'signed-out') return <SignIn />
  if (isUnavailable)
    return <p role="alert">The service is unavailable right now. Reload the page to try again.</p>
  return <p role="status">Loading…</p>
}
