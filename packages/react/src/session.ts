import type { CurrentSession, SessionState, TokenStatus } from '@latchkey/client'
import { useCallback, useSyncExternalStore } from 'react'
import { useLatchkey } from './provider.ts'

const unknown: SessionState = { status: 'unknown' }

export type UseSession = {
  /** `unknown` while it is being found out; nobody has been signed out by that. */
  status: SessionState['status']
  sessionId: string | null
  /** With roles and permissions; null until the service has told. */
  user: CurrentSession['user'] | null
  session: CurrentSession | null
  /** Why the person was signed out, such as `admin` or `session_expired`. */
  reason: string | null
}

/** Whether somebody is signed in, and who. The same in every tab. */
export function useSession(): UseSession {
  const client = useLatchkey()
  const subscribe = useCallback((listener: () => void) => client.on('changed', listener), [client])
  const state = useSyncExternalStore(
    subscribe,
    () => client.state,
    () => unknown,
  )
  const sessionId = state.status === 'signed-in' ? state.sessionId : null
  const session = state.status === 'signed-in' ? state.session : null

  return {
    status: state.status,
    sessionId,
    user: session?.user ?? null,
    session,
    reason: state.status === 'signed-out' ? state.reason : null,
  }
}

/** Looked at once a second: it changes with time alone. */
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
