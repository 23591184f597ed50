import { LatchkeyError } from '../error.ts'
import type { Parts } from '../parts.ts'
import { isFinal } from '../session/refresh.ts'

/** Sign-out. If a method throws, the user is still signed in. */
export function createSignOut({ session, connection, turns, refresh, requests }: Parts) {
  const { byCookie } = connection

  /** Not as other calls are made, since a token that has run out is good enough here. */
  function leave(): Promise<void> {
    return turns(async () => {
      const grant = await session.latest()
      const path = '/v1/auth/logout'
      const body = byCookie ? undefined : { refreshToken: grant?.refreshToken }
      try {
        if (byCookie || grant !== null) {
          await connection.demand({ method: 'POST', path, body, grant, isRepeatable: true })
        }
      } catch (error) {
        if (!isFinal(error)) throw error
      }
      await session.end('logout')
    })
  }

  return {
    /** Resolves when the session has ended on every instance. */
    async signOut(): Promise<void> {
      await session.load()
      await leave().catch(async (error: unknown) => {
        // The key that signed it is gone, say; a new token names the session again.
        if (!(error instanceof LatchkeyError && error.code === 'access_token_invalid')) throw error
        await refresh()
        await leave()
      })
    },

    /** Signs out all devices, including this one. */
    async signOutEverywhere(): Promise<void> {
      try {
        await requests.request('DELETE /v1/sessions', { query: { scope: 'all' } })
      } catch (error) {
        // The first of two attempts may have ended the session that the second came with.
        if (session.state().status !== 'signed-out') throw error
      }
      await turns(() => session.end('user'))
    },
  }
}
