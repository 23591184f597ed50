import fastifyJwt from '@fastify/jwt'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Problem, type ProblemCode } from '../errors.ts'
import type { Services } from '../services.ts'
import { type AccessClaims, isAccessClaims, isCanonicalJws } from '../session/access-token.ts'
import type { SignedIn, VerifyOutcome } from '../session/verify.ts'
import { headerCount } from './framing.ts'

declare module 'fastify' {
  interface FastifyRequest {
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
  'store_unavailable',
  'overloaded',
] as const satisfies readonly ProblemCode[]

/** Reads and proves access tokens at the edge, by @fastify/jwt with the key ring. */
export const accessTokens = fp(
  async (app: FastifyInstance, { services }: { services: Services }) => {
    const { config, keyRing, clock } = services
    app.decorateRequest('session', null)
    await app.register(fastifyJwt, {
      secret: {
        public: async (request: FastifyRequest) => {
          const header = bearerToken(request)?.split('.', 1)[0] ?? ''
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
        extractToken: request => bearerToken(request) ?? undefined,
      },
    })
  },
  { name: 'access-tokens', fastify: '5.x' },
)

/** A hook for routes that need a signed-in person. */
export function authenticate(services: Services) {
  return async (request: FastifyRequest): Promise<void> => {
    request.session = await requireSignedIn(services, request)
  }
}

/** Asks whether the request is signed in. Throws the 401 that says why not. */
export async function requireSignedIn(services: Services, request: FastifyRequest): Promise<SignedIn> {
  const token = bearerToken(request)
  if (token === null) throw new Problem('authentication_required')
  const outcome = await services.sessions.verify(token, () => proveToken(request))
  if (outcome.kind === 'signed_in') return outcome.session
  throw refusal(outcome)
}

/** The claims of the request's access token, expired or superseded as it may be; null when it is not ours. */
export async function proveToken(request: FastifyRequest): Promise<AccessClaims | null> {
  if (!isCanonicalJws(bearerToken(request) ?? '')) return null
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

/**
 * RFC 6750 §2.1; null when there is none. Throws `validation_failed` when there are two: which one is meant must not
 * be left to chance, nor to the order in which a proxy adds headers.
 */
export function bearerToken(request: FastifyRequest): string | null {
  const { authorization } = request.headers
  if (authorization === undefined) return null
  if (headerCount(request.raw, 'authorization') > 1) {
    throw new Problem('validation_failed', { detail: 'Send one Authorization header, not several.' })
  }
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  return token ?? null
}

function refusal(outcome: Exclude<VerifyOutcome, { kind: 'signed_in' }>): Problem {
  switch (outcome.kind) {
    case 'token_invalid':
      return new Problem('access_token_invalid')
    case 'token_expired':
      return new Problem('access_token_expired')
    case 'session_revoked':
      return new Problem('session_revoked', { reason: outcome.reason })
    case 'session_expired':
      return new Problem('session_expired')
  }
}
