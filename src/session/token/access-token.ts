import { hash, randomInt } from 'node:crypto'
import { validate as isUuid, v4 as uuid } from 'uuid'
import type { Instant } from '../../clock.ts'
import { type KeyRing, ringUnavailable } from './key-ring.ts'
import { sha256 } from './secrets.ts'

/** Claims of an access token (RFC 9068 §2.2); nothing personal. Times in seconds since the epoch. */
export type AccessClaims = {
  iss: string
  aud: string
  sub: string
  sid: string
  jti: string
  iat: number
  exp: number
  auth_time: number
  /** The client type. */
  client_id: string
}

/** What an access token is about. */
export type AccessSubject = {
  sessionId: string
  userId: string
  clientType: string
  authenticatedAt: Instant
}

export type AccessTokens = {
  /**
   * Signs a token that ends at `notAfter` at the latest. Throws `store_unavailable` while no signing key is loaded.
   */
  issue(
    subject: AccessSubject,
    now: Instant,
    lifetimeSeconds: number,
    notAfter: Instant,
  ): { text: string; hash: Buffer; expiresAt: Instant }
  /**
   * SHA-256 of a token, in base64 as a snapshot has it. Its header must be, to the letter, that of a key in the ring;
   * null: it is not one of ours. No I/O.
   */
  hashOf(text: string, now: Instant): string | null
  /**
   * What a token with such a header says of itself, unproven: the caller must compare its hash with the session's, or
   * prove the signature. Null: not one of ours. No I/O.
   */
  peek(text: string, hash: string): PeekedToken | null
}

export type PeekedToken = { hash: string; sessionId: string; expiresAt: Instant }

/** A token's lifetime is up to this much shorter than its policy says, so that refreshes do not come in storms. */
const jitter = 0.05

export function createAccessTokens(ring: KeyRing, issuer: string, audience: string): AccessTokens {
  return {
    issue(subject, now, lifetimeSeconds, notAfter) {
      const key = ring.signing(now)
      if (key === undefined) throw ringUnavailable()
      const iat = Math.floor(now / 1000)
      const shortened = lifetimeSeconds - randomInt(Math.floor(lifetimeSeconds * jitter) + 1)
      const exp = Math.min(iat + shortened, Math.floor(notAfter / 1000))
      const claims: AccessClaims = {
        iss: issuer,
        aud: audience,
        sub: subject.userId,
        sid: subject.sessionId,
        jti: uuid(),
        iat,
        exp,
        auth_time: Math.floor(subject.authenticatedAt / 1000),
        client_id: subject.clientType,
      }
      const text = key.sign(claims)
      return { text, hash: sha256(text), expiresAt: exp * 1000 }
    },
    hashOf(text, now) {
      const header = text.slice(0, Math.max(0, text.indexOf('.')))
      return ring.byHeader(header, now) === undefined ? null : hash('sha256', text, 'base64')
    },
    peek(text, tokenHash) {
      const headerEnd = text.indexOf('.')
      const claims = parseClaims(text.slice(headerEnd + 1, text.indexOf('.', headerEnd + 1)))
      if (claims === null) return null
      return { hash: tokenHash, sessionId: claims.sid, expiresAt: claims.exp * 1000 }
    },
  }
}

/** The two claims that lookup needs. */
function parseClaims(segment: string): { sid: string; exp: number } | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'))
    if (typeof claims !== 'object' || claims === null || !('sid' in claims) || !('exp' in claims)) return null
    const { sid, exp } = claims
    return typeof sid === 'string' && isUuid(sid) && typeof exp === 'number' ? { sid, exp } : null
  } catch {
    return null
  }
}

/**
 * One spelling only (RFC 7515 §2, base64url without padding). A decoder forgives stray bits, foreign characters and
 * white space; we do not.
 */
export function isCanonicalJws(text: string): boolean {
  const segments = text.split('.')
  return (
    segments.length === 3 &&
    segments.every(part => Buffer.from(part, 'base64url').toString('base64url') === part)
  )
}

/** Whether a payload has the claims of an access token of ours. */
export function isAccessClaims(payload: unknown): payload is AccessClaims {
  if (typeof payload !== 'object' || payload === null) return false
  const texts = ['iss', 'aud', 'sub', 'sid', 'jti', 'client_id']
  const times = ['iat', 'exp', 'auth_time']
  const claims = new Map(Object.entries(payload))
  return (
    texts.every(name => typeof claims.get(name) === 'string') &&
    isUuid(claims.get('sid')) &&
    times.every(name => Number.isFinite(claims.get(name)))
  )
}
