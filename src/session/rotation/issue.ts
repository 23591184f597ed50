import type { Instant } from '../../clock.ts'
import type { SessionContext } from '../context.ts'
import type { Policy } from '../policy.ts'
import type { Rotation, SessionState, TokenPair } from '../session.ts'
import { mintRefreshToken, sealSuccessor, type Witness } from '../token/refresh-token.ts'
import { snapshotAfter } from '../verify/snapshot.ts'

/** A new pair for a session and the change of its row that makes the pair its only usable one. */
export type Child = { rotation: Rotation; pair: TokenPair }

/** The token that the pair replaces, with what seals the pair for its holder. */
export type Predecessor = { generation: number; hash: Buffer; family: Buffer; witness: Witness }

/** Mints and seals; changes nothing yet. The new generation follows the presented one, not the row's. */
export function mintChild(
  { secrets, accessTokens }: Pick<SessionContext, 'secrets' | 'accessTokens'>,
  state: SessionState,
  predecessor: Predecessor,
  policy: Policy,
  now: Instant,
): Child {
  const keys = secrets.minting()
  const generation = predecessor.generation + 1
  const { id: sessionId, userId, clientType, authenticatedAt } = state
  const access = accessTokens.issue(
    { sessionId, userId, clientType, authenticatedAt },
    now,
    policy.accessTokenTtlSeconds,
    state.expiresAt,
  )
  const refresh = mintRefreshToken(keys, sessionId, generation, predecessor.family)
  const pair: TokenPair = {
    accessToken: access.text,
    refreshToken: refresh.text,
    accessExpiresAt: access.expiresAt,
    refreshExpiresAt: Math.min(now + policy.refreshTokenTtlSeconds * 1000, state.expiresAt),
  }
  const place = { sessionId, generation, predecessorHash: predecessor.hash }
  return {
    pair,
    rotation: {
      sessionId,
      expected: { refreshTokenHash: state.refreshTokenHash, rotation: state.rotation },
      rotation: generation,
      accessTokenHash: access.hash,
      refreshTokenHash: refresh.hash,
      previousAccessTokenHash: state.accessTokenHash,
      previousRefreshTokenHash: predecessor.hash,
      familyHash: refresh.familyHash,
      successorSealed: sealSuccessor(keys, predecessor.witness, place, pair),
      refreshExpiresAt: pair.refreshExpiresAt,
      countsAsActivity: policy.refreshIsActivity,
    },
  }
}

/**
 * After the commit: the new tokens work at once wherever they are asked about, and the access token before is known by
 * nobody for longer than its grace. The roles are those of the read before, so the snapshot's age counts from that read.
 */
export async function announceRotation(
  { cache, nearCache, clock }: Pick<SessionContext, 'cache' | 'nearCache' | 'clock'>,
  state: SessionState,
  { rotation }: Child,
  rotatedAt: Instant,
): Promise<void> {
  nearCache.forget(state.id, clock.now())
  await cache.rotated(snapshotAfter(state, rotation, rotatedAt))
}
