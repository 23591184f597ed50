import { randomBytes } from 'node:crypto'
import { createClock } from '../../src/clock.ts'
import type { SessionObserver } from '../../src/session/observer.ts'
import type { Policy } from '../../src/session/policy.ts'
import type { SessionState } from '../../src/session/session.ts'
import {
  mintRefreshToken,
  newFamily,
  parseRefreshToken,
  type RefreshToken,
} from '../../src/session/token/refresh-token.ts'
import { createSecretRing, type LoadedSecretRing } from '../../src/session/token/secret-ring.ts'
import { sha256 } from '../../src/session/token/secrets.ts'

/** Values of the domain for unit tests: real tokens, made with real keys. */

export const sessionId = '0193a5f0-0000-7000-8000-000000000001'
export const userId = '0193a5f0-0000-7000-8000-000000000002'

export function secretRing(): LoadedSecretRing {
  return createSecretRing(createClock(), randomBytes(32), null, () => true)
}

/** Nobody counts. */
export const nobody: SessionObserver = {
  verified: () => undefined,
  rotated: () => undefined,
  revoked: () => undefined,
  held: () => undefined,
  unconfirmed: () => undefined,
  polled: () => undefined,
}

export const policy: Policy = {
  idleTimeoutSeconds: 1_800,
  absoluteTimeoutSeconds: 86_400,
  accessTokenTtlSeconds: 900,
  refreshTokenTtlSeconds: 7_200,
  maxSessions: null,
  roles: null,
  refreshIsActivity: true,
}

export function mint(ring: LoadedSecretRing, generation: number, family = newFamily()) {
  const minted = mintRefreshToken(ring.minting(), sessionId, generation, family)
  return { ...minted, family, token: parsed(ring, minted.text) }
}

export function parsed(ring: LoadedSecretRing, text: string): RefreshToken {
  const result = parseRefreshToken(ring, text)
  if (result.kind !== 'token') throw new Error(`expected a token, got ${result.kind}`)
  return result.token
}

/** A live session at `now`, rotated once a minute ago. */
export function sessionState(now: number, changes: Partial<SessionState> = {}): SessionState {
  return {
    id: sessionId,
    userId,
    clientType: 'portal',
    authMethod: 'password',
    ipAddress: '192.0.2.1',
    userAgent: null,
    accessTokenHash: sha256('access 1'),
    previousAccessTokenHash: sha256('access 0'),
    refreshTokenHash: sha256('refresh 1'),
    previousRefreshTokenHash: sha256('refresh 0'),
    familyHash: sha256('family'),
    formerFamilyHashes: [],
    formerTokenSeenAt: null,
    successorSealed: Buffer.from('sealed'),
    rotation: 1,
    rotatedAt: now - 60_000,
    createdAt: now - 3_600_000,
    authenticatedAt: now - 3_600_000,
    lastActivityAt: now - 60_000,
    refreshExpiresAt: now + 7_200_000,
    expiresAt: now + 82_800_000,
    revokedAt: null,
    revokedReason: null,
    contextChangedAt: null,
    cutOff: false,
    user: { roles: [], disabled: false },
    readAt: now,
    ...changes,
  }
}
