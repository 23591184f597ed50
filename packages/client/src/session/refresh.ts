import type { TokenAnswer } from '../api.ts'
import type { Connection } from '../connection/connection.ts'
import { jsonIn, LatchkeyError } from '../error.ts'
import { joined } from './joined.ts'
import type { HeldSession } from './session.ts'
import type { Grant } from './storage.ts'
import type { Turns } from './turns.ts'

/** What the service says at a refresh when there is no session any more. Nothing else ends it here. */
const finalCodes: readonly string[] = [
  'session_revoked',
  'session_expired',
  'refresh_token_invalid',
  'refresh_token_expired',
  'refresh_token_reused',
  // Of a browser without the cookie.
  'authentication_required',
]

export function isFinal(error: unknown): error is LatchkeyError {
  return error instanceof LatchkeyError && error.status === 401 && finalCodes.includes(error.code)
}

/**
 * Exchanges the pair, one exchange at a time. A lost answer is asked for again with the same token, and the service
 * gives the same pair within its grace. Throws what the service refused with; the session has then ended if that
 * `isFinal`.
 */
export function createRefresh(session: HeldSession, connection: Connection, turns: Turns) {
  async function replace(stale: string | undefined): Promise<void> {
    const latest = await session.latest()
    // Another tab was faster.
    if (latest !== null && latest.stamp !== stale) return session.hold(latest)
    try {
      await session.accept(await exchange(latest))
    } catch (error) {
      if (isFinal(error)) await endUnlessReplaced(latest, error)
      throw error
    }
  }

  async function exchange(grant: Grant | null): Promise<TokenAnswer> {
    if (!connection.byCookie && grant?.refreshToken === undefined) {
      throw new LatchkeyError('authentication_required', 'Nobody is signed in', { status: 401 })
    }
    const answer = await connection.demand({
      method: 'POST',
      path: '/v1/auth/refresh',
      body: connection.byCookie ? undefined : { refreshToken: grant?.refreshToken },
      isRepeatable: true,
    })
    return await jsonIn(answer)
  }

  /** Without Web Locks, another tab may have signed in while this one was asking. */
  async function endUnlessReplaced(used: Grant | null, { code, reason }: LatchkeyError): Promise<void> {
    const latest = await session.latest()
    if (latest !== null && latest.stamp !== used?.stamp) return session.hold(latest)
    if (used === null && code === 'authentication_required') session.none()
    else await session.end(reason ?? code)
  }

  return joined(async (): Promise<void> => {
    await session.load()
    const stale = session.grant()?.stamp
    await turns(() => replace(stale))
  })
}
