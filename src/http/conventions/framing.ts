import type { IncomingMessage } from 'node:http'
import { Problem } from '../../errors.ts'

/**
 * Node silently drops the headers of a request beyond this number. A second Host or Authorization, and the headers that a
 * proxy adds last, must not be lost, so a request with that many is rejected.
 */
export const mostHeaders = 1_000

/**
 * What HTTP itself asks of a request and Node leaves to us: exactly one Host (RFC 9112 §3.2; two of them are how
 * a proxy and the service behind it come to disagree)
 * no expectation that we do not meet (RFC 9110 §10.1.1), and no transfer coding but `chunked`, once (RFC 9112 §6.3).
 */
export function framingProblem(request: IncomingMessage): Problem | undefined {
  if (request.rawHeaders.length >= 2 * mostHeaders) {
    return new Problem('headers_too_large', { detail: `Send fewer than ${mostHeaders} headers.` })
  }
  const hosts = headerCount(request, 'host')
  if (hosts > 1 || (hosts === 0 && request.httpVersion === '1.1')) {
    return new Problem('validation_failed', { detail: 'Send exactly one Host header.' })
  }
  const expectation = request.headers.expect
  if (expectation !== undefined && expectation.toLowerCase() !== '100-continue') {
    return new Problem('validation_failed', { detail: 'The only supported value of Expect is 100-continue.' })
  }
  const coding = request.headers['transfer-encoding']
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') {
    return new Problem('validation_failed', {
      detail: 'The only supported value of Transfer-Encoding is chunked.',
    })
  }
  return undefined
}

/**
 * How often a header stands in a request. `request.headers` cannot tell: of most headers Node keeps the first and
 * silently drops the others.
 *
 * @param name in lower case
 */
export function headerCount(request: IncomingMessage, name: string): number {
  const { rawHeaders } = request
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const key = rawHeaders[at]
    // The length first, since this runs for every request and few names share it.
    if (key?.length === name.length && key.toLowerCase() === name) count++
  }
  return count
}
