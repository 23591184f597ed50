import { accepted, ask, outcomeOf } from '../../scripts/demo/http.ts'
import { inLanes } from './lanes.ts'

/** One process of the service. */
export type Target = { name: string; url: string }

/** A session with the token that its device uses, and that of the one from which its owner ends it. */
export type Held = { sessionId: string; accessToken: string; revokedWith: string }

export type Revoked = {
  /** From the request to its 204. */
  tookMs: number
  /** Whether B and C refused the very next question about it. */
  refusedAt: readonly boolean[]
}

const userAgent = 'bench'

/** Revokes each at A, and asks the others as soon as that is answered. */
export async function revokeAll(
  sessions: readonly Held[],
  [a, ...others]: readonly [Target, ...Target[]],
  lanes: number,
): Promise<Revoked[]> {
  const revoked: Revoked[] = []
  await inLanes(lanes, sessions.length, async turn => {
    const session = sessions[turn]
    if (session === undefined) return
    const path = `/v1/sessions/${session.sessionId}`
    const answer = await ask(a, { method: 'DELETE', path, accessToken: session.revokedWith, userAgent })
    accepted(answer)
    const refusedAt = await Promise.all(
      others.map(async other => {
        const { accessToken } = session
        const verified = await ask(other, { method: 'GET', path: '/v1/verify', accessToken, userAgent })
        return outcomeOf(verified) === '401 session_revoked'
      }),
    )
    revoked.push({ tookMs: answer.tookMs, refusedAt })
  })
  return revoked
}
