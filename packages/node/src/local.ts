import type { errors } from 'jose'
import type { Refusal, Verdict } from './verdict.ts'

/** Milliseconds. A key that nobody knows is looked for at most this often, whoever invents them. */
const betweenFetchesMs = 1_000
/** Milliseconds. As long as Latchkey says that its key set may be kept; a key that was removed is gone by then. */
const keysKeptMs = 300_000
const fetchTimeoutMs = 2_500
/** For clocks that do not quite agree. */
const clockToleranceSeconds = 5

/**
 * Judges access tokens by Latchkey's published keys (RFC 9068 §4), without asking. A session that was revoked meanwhile is
 * not noticed before its token ends. Keys that cannot be fetched make the verdict unknown, never a no.
 */
export function createLocalVerifier(options: { jwksUrl: string; issuer: string; audience: string }) {
  const { issuer, audience } = options
  let loading: ReturnType<typeof load> | undefined

  /** With the first token, since many services never verify locally. */
  async function load() {
    const { createRemoteJWKSet, errors, jwtVerify } = await import('jose')
    const keys = createRemoteJWKSet(new URL(options.jwksUrl), {
      cooldownDuration: betweenFetchesMs,
      cacheMaxAge: keysKeptMs,
      timeoutDuration: fetchTimeoutMs,
    })
    return { errors, jwtVerify, keys }
  }

  return async function verifyLocally(token: string): Promise<Verdict> {
    loading ??= load()
    const { errors, jwtVerify, keys } = await loading
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ['ES256'],
        typ: 'at+jwt',
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'sub', 'sid'],
      })
      const { sub, sid } = payload
      if (typeof sub !== 'string' || typeof sid !== 'string') return invalid
      return { kind: 'signed_in', caller: { userId: sub, sessionId: sid, roles: null } }
    } catch (error) {
      if (error instanceof errors.JWTExpired) return expired
      if (isAboutTheToken(error, errors)) return invalid
      return { kind: 'unknown', reason: `the keys cannot be fetched: ${String(error)}` }
    }
  }
}

const invalid: Refusal = {
  kind: 'refused',
  statusCode: 401,
  code: 'access_token_invalid',
  message: 'The access token is not valid',
}
const expired: Refusal = {
  kind: 'refused',
  statusCode: 401,
  code: 'access_token_expired',
  message: 'The access token has expired',
}

/** Everything else that jose throws is about fetching the keys. */
function isAboutTheToken(error: unknown, kinds: typeof errors): boolean {
  return [
    kinds.JWTClaimValidationFailed,
    kinds.JWTInvalid,
    kinds.JWSInvalid,
    kinds.JWSSignatureVerificationFailed,
    kinds.JOSEAlgNotAllowed,
    kinds.JOSENotSupported,
    kinds.JWKSNoMatchingKey,
    kinds.JWKSMultipleMatchingKeys,
  ].some(kind => error instanceof kind)
}
