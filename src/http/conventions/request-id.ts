import type { IncomingMessage } from 'node:http'
import { randomHex } from '../../random.ts'

const plainToken = /^[A-Za-z0-9._~-]{1,64}$/

/**
 * 32 random hexadecimal digits, as a trace id has (W3C Trace Context §3.2.2.3). `randomUUID` joins its text from twenty
 * parts, and the check of the header joins them: 0.31 µs measured alone, while this takes 0.11.
 */
export function newRequestId(): string {
  return randomHex(16)
}

/**
 * The id of a request: the caller's own `x-request-id` when it is a plain token, so that a trace goes through
 * several services; else a new one. Anything richer could forge log lines or headers further down.
 */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && plainToken.test(given) ? given : newRequestId()
}
