import type { FastifyRequest } from 'fastify'
import { isListedOrigin } from '../../access/origins.ts'

/** A page has one origin, so a caller with more origins than this is inventing them. */
const mostLogged = 20

/** As browsers serialize an origin (RFC 6454 §6.2): no other text gets into the log. */
const serialized = /^(?:null|[a-z][a-z0-9+.-]{0,31}:\/\/[a-z0-9._:[\]-]{1,253})$/

/**
 * Logs each origin that may not call once, up to a bound, so that a missing entry in `ALLOWED_ORIGINS` is found. Not for
 * routes that no page calls: a gateway forwards the origins of its own callers.
 */
export function createRejectedOrigins(
  listed: readonly string[],
  ownOrigin: string | null,
): (request: FastifyRequest) => void {
  const logged = new Set<string>()
  return request => {
    const { origin } = request.headers
    if (origin === undefined || logged.size >= mostLogged || logged.has(origin)) return
    if (isListedOrigin(origin, listed) || request.routeOptions.config.cors === false) return
    if (!serialized.test(origin) || isOwn(request, origin, ownOrigin)) return
    logged.add(origin)
    request.log.warn(
      { origin, remedy: 'if the page is yours, add its origin to ALLOWED_ORIGINS' },
      'origin rejected',
    )
    if (logged.size === mostLogged) request.log.warn('further rejected origins are not logged')
  }
}

/** Pages of the service itself send an origin with every method except GET. */
function isOwn({ headers }: FastifyRequest, origin: string, ownOrigin: string | null): boolean {
  if (headers['sec-fetch-site'] === 'same-origin' || origin === ownOrigin) return true
  const { host } = headers
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)
}
