import type { errors } from 'jose'
import { tokenRefused, type Unknown, type Verdict } from '../verdict/verdict.ts'
import { claimsIn } from './claims.ts'

/** Milliseconds. An unknown key id causes at most one request per this time, however many are invented. */
const betweenFetchesMs = 1_000
/** Milliseconds. As long as Latchkey says that its key set may be kept; a key that was removed is gone by then. */
const keysKeptMs = 300_000
const fetchTimeoutMs = 2_500
/** For clocks that do not quite agree. */
const clockToleranceSeconds = 5

export type LocalVerifier = {
  verify(token: string): Promise<Verdict>
  /** Fetches the keys, unless they are there. */
  load(): Promise<{ kind: 'answered' } | Unknown>
}

/**
 * Judges access tokens by Latchkey's published keys (RFC 9068 §4), without asking. A session that was revoked in the
 * meantime is accepted until its token ends. Keys that cannot be fetched make the verdict unknown, never a refusal.
 */
export function createLocalVerifier(options: {
  jwksUrl: string
  issuer: string
  audience: string
  /** Called when a verdict shows whether the keys are there. */
  heard: (verdict: Verdict) => void
}): LocalVerifier {
  const { issuer, audience, heard } = options
  let loading: ReturnType<typeof prepare> | undefined

  /** On first use, since many services never verify locally. */
  async function prepare() {
    const jose = await import('jose')
    const keys = jose.createRemoteJWKSet(new URL(options.jwksUrl), {
      cooldownDuration: betweenFetchesMs,
      cacheMaxAge: keysKeptMs,
      timeoutDuration: fetchTimeoutMs,
      // Next.js would keep the answer for longer.
      [jose.customFetch]: (url, init) => {
        const uncached = { ...init, cache: 'no-store' } as const
        return fetch(url, uncached)
      },
    })
    return { ...jose, keys }
  }

  async function judge(token: string): Promise<Verdict> {
    loading ??= prepare()
    const { errors, jwtVerify, keys } = await loading
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ['ES256'],
        typ: 'at+jwt',
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'sub', 'sid', 'client_id'],
      })
      return signedIn(payload)
    } catch (error) {
      if (error instanceof errors.JWTExpired) return expired
      return isAboutTheToken(error, errors) ? invalid : unfetched(error)
    }
  }

  return {
    async verify(token) {
      const verdict = await judge(token)
      // A token can be refused before the keys are looked at.
      if (verdict.kind !== 'refused') heard(verdict)
      return verdict
    },

    async load() {
      loading ??= prepare()
      const { keys } = await loading
      if (keys.fresh) return { kind: 'answered' }
      return await keys.reload().then(() => ({ kind: 'answered' }), unfetched)
    },
  }
}

function signedIn(payload: Record<string, unknown>): Verdict {
  const claims = claimsIn(payload)
  const userId = claims.text('sub')
  const sessionId = claims.text('sid')
  const clientType = claims.text('client_id')
  const expiresAt = claims.instant('exp')
  if (userId === null || sessionId === null || clientType === null || expiresAt === null) return invalid
  const unknownHere = { roles: null, permissions: null } as const
  return { kind: 'signed_in', userId, sessionId, ...unknownHere, clientType, expiresAt, source: 'local' }
}

const invalid = tokenRefused('access_token_invalid', 'The access token is not valid')
const expired = tokenRefused('access_token_expired', 'The access token has expired')

function unfetched(error: unknown): Unknown {
  return { kind: 'unknown', retryAfterSeconds: 1, reason: `the keys cannot be fetched: ${String(error)}` }
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
