import type { FastifyRequest } from 'fastify'
import { judgeProvenance, type TrustedOrigins } from '../../access/csrf.ts'
import { Problem } from '../../errors.ts'

export function trustedOrigins(config: {
  allowedOrigins: readonly string[]
  issuer: string
}): TrustedOrigins {
  const { allowedOrigins, issuer } = config
  return { listed: allowedOrigins, own: URL.canParse(issuer) ? new URL(issuer).origin : null }
}

/** Safe methods change nothing and need no proof (RFC 9110 §9.2.1). */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/**
 * Throws `csrf_rejected` for a request with cookies that a page of another site may have caused. A request without an
 * origin comes from no browser or a very old one; `unknown` decides about it.
 */
export function refuseForeign(
  request: FastifyRequest,
  trusted: TrustedOrigins,
  unknown: 'allowed' | 'refused',
): void {
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const fetchSite = typeof site === 'string' ? site : undefined
  const verdict = judgeProvenance({ fetchSite, origin }, trusted)
  if (verdict === 'trusted' || (verdict === 'unknown' && unknown === 'allowed')) return
  throw new Problem('csrf_rejected', {
    detail: 'A request with cookies must come from this origin or from an origin in ALLOWED_ORIGINS.',
  })
}
