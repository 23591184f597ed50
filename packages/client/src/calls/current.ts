import type { CurrentSession } from '../api.ts'
import type { Parts } from '../parts.ts'

/** The session of this client, as the service sees it. */
export function createCurrent({ session, refresh, requests }: Parts) {
  return {
    /** The current user with permissions, and the end of the session. Throws `LatchkeyError`. */
    async session(): Promise<CurrentSession> {
      const current = await requests.request('GET /v1/auth/session')
      session.learn(current)
      if (current.needsRefresh && session.secondsLeft() === null) void refresh().catch(() => {})
      return current
    },
  }
}
