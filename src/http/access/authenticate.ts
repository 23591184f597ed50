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
    /** Who is signed in, on routes behind `authenticate`. */
    session: SignedIn | null
  }
}

/** What every call by a signed-in person may be answered with, beside its own problems. */
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

/** Reads and proves access tokens at the edge, by @fastify/jwt with the key ring. */
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
        // The domain judges it, by the database's clock.
        ignoreExpiration: true,
        extractToken: request => request.credential?.token,
      },
    })
  },
  { name: 'access-tokens', fastify: '5.x' },
)

/**
 * A hook for routes that need a signed-in person. Counts the request against the person's session, or against the
 * address of whoever is nobody.
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

/** Asks whether the request is signed in: a promise only where that takes I/O. */
export function verify(
  services: Services,
  request: FastifyRequest,
  { token }: Credential,
): VerifyOutcome | Promise<VerifyOutcome> {
  return services.sessions.verify(token, () => proveWithinLimits(request))
}

/**
 * Proves the token, and counts one that is not ours against the address. Past the limit no signature is checked: that
 * takes 100 µs, four times as long as it takes to turn garbage away. A valid service key vouches for the caller.
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

/** A token that was refused counts against its session if it has been proved to be ours, else against the address. */
function countedAgainst(request: FastifyRequest, outcome: VerifyOutcome): [RateLimitName, string] {
  if (outcome.kind === 'signed_in') return ['session', outcome.session.sessionId]
  return outcome.sessionId === null
    ? ['anonymous_address', countedAddress(request)]
    : ['session', outcome.sessionId]
}

/** The claims of the request's access token, expired or superseded as it may be; null when it is not ours. */
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

/** One for all, since it has nothing to tell but its code, and anybody can ask for it: making one takes 1.5 µs. */
const tokenInvalid = new Problem('access_token_invalid')

/** The 401 that says why not. */
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
