import { timingSafeEqual } from 'node:crypto'
import type { Instant } from '../../clock.ts'
import { checkSession, type Downtime, isInGrace, type Policy } from '../policy.ts'
import type { RevocationReason, SessionState } from '../session.ts'
import type { RefreshToken } from '../token/refresh-token.ts'
import { sha256 } from '../token/secrets.ts'

/** What to do with a presented refresh token. */
export type RotationDecision =
  /** It is the current token: issue its one child. */
  | { kind: 'rotate' }
  /** It is the immediate predecessor, within the grace: the very same child again. */
  | { kind: 'replay'; sealed: Buffer }
  /** It was spent, and came back when it should not: somebody else may have it. Ends this session. */
  | { kind: 'reuse' }
  /** It was spent while this request waited; ask again. */
  | { kind: 'late' }
  /** It is newer than the row: the database has lost commits. Go on from it; it is not theft. */
  | { kind: 'ahead' }
  /** It is of before a password change: it gives no access, and its return is recorded. The session goes on. */
  | { kind: 'outdated' }
  | { kind: 'refuse'; because: Refusal }

export type Refusal =
  | { kind: 'not_ours' }
  | { kind: 'revoked'; reason: RevocationReason }
  | { kind: 'session_expired' }
  | { kind: 'token_expired' }

export type RotationContext = {
  /** `transaction_timestamp()` of the read behind `session`. */
  now: Instant
  /** When the request arrived. */
  arrivedAt: Instant
  graceSeconds: number
  policy: Policy | undefined
  downtime: Downtime
}

/** Pure. The session is the row as it was read, null when there is none (any more). */
export function decideRotation(
  presented: RefreshToken,
  session: SessionState | null,
  context: RotationContext,
): RotationDecision {
  // The tag has proved that it was ours: its session has ended and its row has been cleaned up.
  if (session === null) return refuse({ kind: 'session_expired' })
  const provenance = provenanceOf(presented, session)
  if (provenance === 'foreign') return refuse({ kind: 'not_ours' })

  const verdict = checkSession(session, context.policy, context.now, context.downtime)
  if (verdict.kind === 'revoked') return refuse({ kind: 'revoked', reason: verdict.reason })
  if (verdict.kind === 'expired') return refuse({ kind: 'session_expired' })
  if (context.now >= session.refreshExpiresAt) return refuse({ kind: 'token_expired' })
  const arrivedBefore = context.arrivedAt < session.rotatedAt
  if (provenance === 'former_family') return arrivedBefore ? { kind: 'late' } : { kind: 'outdated' }

  if (presented.generation > session.rotation) return { kind: 'ahead' }
  if (presented.generation === session.rotation && presented.hash.equals(session.refreshTokenHash)) {
    return { kind: 'rotate' }
  }
  if (isReplay(presented, session, context)) return { kind: 'replay', sealed: session.successorSealed }
  return arrivedBefore ? { kind: 'late' } : { kind: 'reuse' }
}

/** Whose a token with a valid tag is: of the session's family, of one before a password change, or not the session's. */
export type Provenance = 'family' | 'former_family' | 'foreign'

/**
 * The family secret shows that a token of any generation is this session's, and was not made with `LATCHKEY_SECRET`
 * alone. A password change begins a new family.
 */
export function provenanceOf(presented: RefreshToken, session: SessionState): Provenance {
  const family = sha256(presented.family)
  if (timingSafeEqual(family, session.familyHash)) return 'family'
  if (session.formerFamilyHashes.some(former => timingSafeEqual(family, former))) return 'former_family'
  // A password change by version 0.1 left nothing of the family before it but the hash of its last token.
  return session.previousRefreshTokenHash?.equals(presented.hash) ? 'former_family' : 'foreign'
}

function isReplay(
  presented: RefreshToken,
  session: SessionState,
  context: RotationContext,
): session is SessionState & { successorSealed: Buffer } {
  return (
    presented.generation === session.rotation - 1 &&
    session.previousRefreshTokenHash !== null &&
    presented.hash.equals(session.previousRefreshTokenHash) &&
    session.successorSealed !== null &&
    isInGrace(session.rotatedAt, context.now, context.graceSeconds, context.downtime)
  )
}

function refuse(because: Refusal): RotationDecision {
  return { kind: 'refuse', because }
}
