import type { Verdict } from './verdict.ts'

/** Why a request is not let in; Fastify's own error handler makes a JSON answer of it. */
export class Refused extends Error {
  readonly statusCode: number
  /** Latchkey's code for it, or `latchkey_unavailable`. */
  readonly code: string
  readonly headers: Record<string, string>
  /** The permission that is missing. */
  readonly requires: string | undefined

  constructor(
    statusCode: number,
    code: string,
    message: string,
    extras: { headers?: Record<string, string>; requires?: string } = {},
  ) {
    super(message)
    this.name = 'Refused'
    this.statusCode = statusCode
    this.code = code
    this.headers = extras.headers ?? {}
    this.requires = extras.requires
  }
}

export function refusedFor(verdict: Exclude<Verdict, { kind: 'signed_in' }>): Refused {
  const patience = verdict.retryAfter === undefined ? {} : { 'retry-after': verdict.retryAfter }
  switch (verdict.kind) {
    case 'unknown':
      return new Refused(503, 'latchkey_unavailable', 'It cannot be known just now who is calling', {
        headers: { 'retry-after': '1', ...patience },
      })
    case 'refused': {
      const { statusCode, code, message, requires } = verdict
      const headers = { ...patience, ...(statusCode === 401 ? challenge(code) : {}) }
      return new Refused(statusCode, code, message, {
        headers,
        ...(requires === undefined ? {} : { requires }),
      })
    }
  }
}

/** RFC 6750 §3.1: whoever brought no token is told no more than the scheme. */
function challenge(code: string): Record<string, string> {
  const error = code === 'authentication_required' ? '' : ' error="invalid_token"'
  return { 'www-authenticate': `Bearer${error}` }
}
