import fastifyJwt from '@fastify/jwt'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { RateLimitName } from '../../access/rate-limits.ts'
import { Problem, type ProblemCode } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { type AccessClaims, isAccessClaims, isCanonicalJws } from '../../session/token/access-token.ts'
import type { SignedIn, VerifyOutcome } from '../../session/verify/verify.ts'
import { countedAddress } from './client-address.ts'
import type { Cookies } from './cookies.ts'
import { type Credential, onlyCredential } from './credential.ts'
import { isSafe, refuseForeign, trustedOrigins } from './csrf.ts'

declare module 'fastify' {
  interface FastifyRequest {
    credential: Credential | null
    /** The signed-in session, on routes behind `authenticate`. */
    session: SignedIn | null
  }
}

/** The problems of every call by a signed-in user, in addition to its own. */
export const signedInProblems = [
  'authentication_required',
  'access_token_invalid',
  'access_token_expired',
  'session_revoked',
  'session_expired',
  'csrf_rejected',
  'rate_limited',
  'store_unavailable',
  'overloaded',
] as const satisfies readonly ProblemCode[]

/** Parses and verifies access tokens with @fastify/jwt and the key ring. */
export const accessTokens = fp(
  async (app: FastifyInstance, { services }: { services: Services }) => {
    const { config, keyRing, clock } = services
    app.decorateRequest('credential', null)
    app.decorateRequest('session', null)
    await app.register(fastifyJwt, {
      secret: {
        public: async (request: FastifyRequest) => {
          const header = request.credential?.token.split('.', 1)[0] ?? ''
          const key = keyRing.byHeader(header, clock.now())
          if (key === undefined) throw new Problem('access_token_invalid')
          return key.publicPem
        },
        private: '',
      },
      verify: {
        algorithms: ['ES256'],
        allowedIss: config.issuer,
        allowedAud: config.audience,
        checkTyp: 'at+jwt',
        requiredClaims: ['exp', 'sid'],
        // The domain checks it, with the database's clock.
        ignoreExpiration: true,
        extractToken: request => request.credential?.token,
      },
    })
  },
  { name: 'access-tokens', fastify: '5.x' },
)

/**
 * A hook for routes that need a signed-in user. Counts the request against the session, or against the address if there
 * is no session.
 */
export function authenticate(services: Services, cookies: Cookies) {
  const trusted = trustedOrigins(services.config)
  return async (request: FastifyRequest): Promise<void> => {
    const { limits } = request.server
    request.credential = onlyCredential(request, cookies)
    if (request.credential === null) {
      await limits.take('anonymous_address', countedAddress(request), request)
      throw new Problem('authentication_required')
    }
    if (request.credential.by === 'cookie' && !isSafe(request.method)) {
      refuseForeign(request, trusted, 'refused')
    }
    const outcome = await verify(services, request, request.credential)
    await limits.take(...countedAgainst(request, outcome), request)
    if (outcome.kind !== 'signed_in') throw refusal(outcome)
    request.session = outcome.session
  }
}

/** Whether the request is signed in. A promise only if that takes I/O. */
export function verify(
  services: Services,
  request: FastifyRequest,
  { token }: Credential,
): VerifyOutcome | Promise<VerifyOutcome> {
  return services.sessions.verify(token, () => proveWithinLimits(request))
}

/**
 * Verifies the token, and counts an invalid one against the address. Beyond the limit no signature is checked: that
 * takes 100 µs, four times as long as rejecting garbage. A caller with a valid service key is exempt.
 */
export async function proveWithinLimits(request: FastifyRequest): Promise<AccessClaims | null> {
  if (request.serviceKey !== null) return await proveToken(request)
  const { limits } = request.server
  const address = countedAddress(request)
  limits.requireHere('refused_address', address)
  const claims = await proveToken(request)
  if (claims === null) {
    limits.takeHere('refused_address', address)
    limits.takeHere('anonymous_address', address)
  }
  return claims
}

/** A rejected token counts against its session if its signature is valid, else against the address. */
function countedAgainst(request: FastifyRequest, outcome: VerifyOutcome): [RateLimitName, string] {
  if (outcome.kind === 'signed_in') return ['session', outcome.session.sessionId]
  return outcome.sessionId === null
    ? ['anonymous_address', countedAddress(request)]
    : ['session', outcome.sessionId]
}

/** The claims of the access token, even if it is expired or superseded; null if its signature is not valid. */
export async function proveToken(request: FastifyRequest): Promise<AccessClaims | null> {
  if (!isCanonicalJws(request.credential?.token ?? '')) return null
  try {
    const claims: unknown = await request.jwtVerify()
    return isAccessClaims(claims) ? claims : null
  } catch (error) {
    if (error instanceof Problem && error.code === 'access_token_invalid') return null
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (/^(FST_JWT|FAST_JWT)_/.test(code)) return null
    throw error
  }
}

/** The session of a route behind `authenticate`. */
export function sessionOf(request: FastifyRequest): SignedIn {
  if (request.session === null) throw new Problem('authentication_required')
  return request.session
}

/** Shared, because it has only a code and any caller can cause it: creating one takes 1.5 µs. */
const tokenInvalid = new Problem('access_token_invalid')

/** The 401 for a rejected session. */
export function refusal(outcome: Exclude<VerifyOutcome, { kind: 'signed_in' }>): Problem {
  switch (outcome.kind) {
    case 'token_invalid':
      return tokenInvalid
    case 'token_expired':
      return new Problem('access_token_expired')
    case 'session_revoked':
      return new Problem('session_revoked', { reason: outcome.reason })
    case 'session_expired':
      return new Problem('session_expired')
  }
}
