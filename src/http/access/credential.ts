import type { FastifyRequest } from 'fastify'
import { Problem } from '../../errors.ts'
import { headerCount } from '../conventions/framing.ts'
import type { Cookies } from './cookies.ts'

/** An access token, and how it was sent. */
export type Credential = { token: string; by: 'bearer' | 'cookie' }

/** The access token of a request, if any. Throws `validation_failed` if it is sent in both ways, or twice. */
export function onlyCredential(request: FastifyRequest, cookies: Cookies): Credential | null {
  const cookie = cookies.accessToken(request)
  if (cookie === null) return bearerCredential(request)
  if (request.headers.authorization === undefined) return { token: cookie, by: 'cookie' }
  throw new Problem('validation_failed', {
    detail: 'Send the access token in Authorization or in its cookie, not both.',
  })
}

/** The access token of a request that a gateway forwards unchanged: a bearer token takes precedence over the cookie. */
export function firstCredential(request: FastifyRequest, cookies: Cookies): Credential | null {
  const bearer = bearerCredential(request)
  if (bearer !== null) return bearer
  const cookie = cookies.accessToken(request)
  return cookie === null ? null : { token: cookie, by: 'cookie' }
}

function bearerCredential(request: FastifyRequest): Credential | null {
  const token = bearerToken(request)
  return token === null ? null : { token, by: 'bearer' }
}

/** RFC 6750 §2.1; null if there is none. Throws `validation_failed` if there are two. */
export function bearerToken(request: FastifyRequest): string | null {
  const { authorization } = request.headers
  if (authorization === undefined) return null
  requireOneAuthorization(request)
  return bearerTokenIn(authorization)
}

/** From the value of the header. A value with white space inside is not a token. */
export function bearerTokenIn(authorization: string): string | null {
  const scheme = /^Bearer +/i.exec(authorization)?.[0]
  if (scheme === undefined) return null
  const token = authorization.slice(scheme.length)
  // All white space that Node allows in a header. A pattern would examine each character of the token: 0.32 µs
  // instead of 0.09, measured alone.
  const isBroken = token.includes(' ') || token.includes('\t') || token.includes('\u00a0')
  return token === '' || isBroken ? null : token
}

/**
 * Throws `validation_failed` for two Authorization headers: the choice must not be left to chance, or to the
 * order in which a proxy adds headers.
 */
export function requireOneAuthorization(request: FastifyRequest): void {
  if (headerCount(request.raw, 'authorization') > 1) {
    throw new Problem('validation_failed', { detail: 'Send one Authorization header, not several.' })
  }
}
