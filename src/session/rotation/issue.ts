import type { Instant } from '../../clock.ts'
import type { SessionContext } from '../context.ts'
import type { Policy } from '../policy.ts'
import type { Renewal, Rotation, SessionState, TokenPair } from '../session.ts'
import { mintRefreshToken, newFamily, type RefreshToken, sealSuccessor } from '../token/refresh-token.ts'
import { sha256 } from '../token/secrets.ts'
import { snapshotAfter } from '../verify/snapshot.ts'

/** A new pair for a session and the change of its row that makes the pair its only usable one. */
export type Child = { rotation: Rotation; pair: TokenPair }

type Minting = Pick<SessionContext, 'secrets' | 'accessTokens'>

/** Mints and seals; changes nothing yet. The new generation follows the presented one, not the row's. */
export function mintChild(
  context: Minting,
  state: SessionState,
  presented: RefreshToken,
  policy: Policy,
  now: Instant,
): Child {
  const generation = presented.generation + 1
  const { pair, access, refresh } = mintPair(context, state, generation, presented.family, policy, now)
  return {
    pair,
    rotation: {
      sessionId: state.id,
      expected: expectedOf(state),
      rotation: generation,
      accessTokenHash: access.hash,
      refreshTokenHash: refresh.hash,
      previousRefreshTokenHash: presented.hash,
      successorSealed: sealSuccessor(context.secrets.minting(), presented, generation, pair),
      refreshExpiresAt: pair.refreshExpiresAt,
      countsAsActivity: policy.refreshIsActivity,
    },
  }
}

/** Former families that are kept; a token of before more password changes is not known to be the session's any more. */
const formerFamiliesKept = 8

/** A pair that no token of before leads to: it begins a new family, and nothing is sealed. Changes nothing yet. */
export function mintRenewal(
  context: Minting,
  state: SessionState,
  policy: Policy,
  now: Instant,
): { renewal: Renewal; pair: TokenPair } {
  const rotation = state.rotation + 1
  const family = newFamily()
  const { pair, access, refresh } = mintPair(context, state, rotation, family, policy, now)
  return {
    pair,
    renewal: {
      sessionId: state.id,
      expected: expectedOf(state),
      rotation,
      accessTokenHash: access.hash,
      refreshTokenHash: refresh.hash,
      familyHash: sha256(family),
      formerFamilyHashes: [state.familyHash, ...state.formerFamilyHashes].slice(0, formerFamiliesKept),
      refreshExpiresAt: pair.refreshExpiresAt,
    },
  }
}

function expectedOf({ refreshTokenHash, rotation }: SessionState): Rotation['expected'] {
  return { refreshTokenHash, rotation }
}

function mintPair(
  { secrets, accessTokens }: Minting,
  state: SessionState,
  generation: number,
  family: Buffer,
  policy: Policy,
  now: Instant,
) {
  const { id: sessionId, userId, clientType, authenticatedAt } = state
  const access = accessTokens.issue(
    { sessionId, userId, clientType, authenticatedAt },
    now,
    policy.accessTokenTtlSeconds,
    state.expiresAt,
  )
  const refresh = mintRefreshToken(secrets.minting(), sessionId, generation, family)
  const pair: TokenPair = {
    accessToken: access.text,
    refreshToken: refresh.text,
    accessExpiresAt: access.expiresAt,
    refreshExpiresAt: Math.min(now + policy.refreshTokenTtlSeconds * 1000, state.expiresAt),
  }
  return { pair, access, refresh }
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
