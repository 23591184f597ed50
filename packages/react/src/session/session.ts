import type { CurrentSession, SessionState, TokenStatus } from '@latchkey/client'
import { useCallback, useSyncExternalStore } from 'react'
import { useLatchkey, useProvided } from '../provider/context.ts'

export type UseSession = {
  /** `unknown` while it is being found out, which has signed no user out. */
  status: SessionState['status']
  sessionId: string | null
  /** With roles and permissions; null until the service has answered. */
  user: CurrentSession['user'] | null
  session: CurrentSession | null
  /** Why the user was signed out, such as `admin` or `session_expired`. */
  reason: string | null
  /** Why the last attempt to find out failed; null once one has worked. It is tried again every 5 seconds. */
  error: Error | null
}

/** Whether a user is signed in, and who. The same in every tab. */
export function useSession(): UseSession {
  const { client, informer, initial } = useProvided()
  const subscribe = useCallback((listener: () => void) => client.on('changed', listener), [client])
  const state = useSyncExternalStore(
    subscribe,
    () => (client.state.status === 'unknown' ? initial : client.state),
    () => initial,
  )
  const error = useSyncExternalStore(informer.subscribe, informer.error, () => null)
  const sessionId = state.status === 'signed-in' ? state.sessionId : null
  const session = state.status === 'signed-in' ? state.session : null

  return {
    status: state.status,
    sessionId,
    user: session?.user ?? null,
    session,
    reason: state.status === 'signed-out' ? state.reason : null,
    error,
  }
}

/** Checked once a second, since it changes with time alone. */
export function useTokenStatus(): TokenStatus {
  const client = useLatchkey()
  const subscribe = useCallback(
    (listener: () => void) => {
      const timer = setInterval(listener, 1_000)
      const stop = client.on('changed', listener)
      return () => {
        clearInterval(timer)
        stop()
      }
    },
    [client],
  )
  return useSyncExternalStore(
    subscribe,
    () => client.tokenStatus().status,
    () => 'none',
  )
}
