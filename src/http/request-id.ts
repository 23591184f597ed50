import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const plainToken = /^[A-Za-z0-9._~-]{1,64}$/

/**
 * The id of a request: the caller's own `x-request-id` when it is a plain token, so that a trace goes through
 * several services; else a new UUID. Anything richer could forge log lines or headers further down.
 */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && plainToken.test(given) ? given : randomUUID()
}
