import type { Instant } from '../clock.ts'
import type { SessionContext } from './context.ts'
import { decideRotation, type RotationDecision } from './rotation/rotation.ts'
import type { SessionState } from './session.ts'
import { parseRefreshToken, unknownSecret } from './token/refresh-token.ts'

/** A refresh token that could be exchanged now, and would bring a new pair. */
export type CurrentRefreshToken = {
  sessionId: string
  userId: string
  clientType: string
  issuedAt: Instant
  expiresAt: Instant
}

/**
 * What a refresh would say of a token, without spending it: asking changes nothing, also when the token was stolen.
 * Null when it is not its session's current one. Throws `store_unavailable` when that cannot be known.
 */
export function createInspect(context: SessionContext) {
  const { settings, continuity, store, cache, secrets, denySet } = context

  return async function inspect(text: string): Promise<CurrentRefreshToken | null> {
    const parsed = parseRefreshToken(secrets, text)
    if (parsed.kind === 'unknown_key') throw unknownSecret()
    if (parsed.kind === 'invalid') return null
    const state = await store.find(parsed.token.sessionId)
    if (state === null) return null
    const decision = decideRotation(parsed.token, state, {
      now: state.readAt,
      arrivedAt: state.readAt,
      graceSeconds: settings.rotationGraceSeconds,
      policy: settings.policies.get(state.clientType),
      downtime: continuity.downtime,
    })
    return (await isCurrent(decision, state)) ? factsOf(state) : null
  }

  async function isCurrent({ kind }: RotationDecision, state: SessionState): Promise<boolean> {
    if (kind === 'rotate') return true
    if (kind !== 'ahead') return false
    // The database has lost commits; what was revoked before that is known elsewhere.
    const reading = await cache.read(state.id)
    return denySet.reasonFor(state) === null && (reading.kind === 'away' || reading.revoked === null)
  }
}

function factsOf(state: SessionState): CurrentRefreshToken {
  return {
    sessionId: state.id,
    userId: state.userId,
    clientType: state.clientType,
    issuedAt: state.rotatedAt,
    expiresAt: Math.min(state.refreshExpiresAt, state.expiresAt),
  }
}
