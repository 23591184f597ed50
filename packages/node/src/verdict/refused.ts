import { type NotSignedIn, refusalFor } from './problem.ts'

/** Why a request is not let in, as an error. Fastify's own error handler makes a JSON answer of it. */
export class Refused extends Error {
  readonly statusCode: number
  /** Latchkey's code, or `latchkey_unavailable` with status 503. */
  readonly code: string
  /** For the answer. */
  readonly headers: Record<string, string>
  /** The permission that is missing. */
  readonly requires: string | undefined

  constructor(
    statusCode: number,
    code: string,
    message: string,
    extras: { headers?: Record<string, string>; requires?: string | undefined } = {},
  ) {
    super(message)
    this.name = 'Refused'
    this.statusCode = statusCode
    this.code = code
    this.headers = extras.headers ?? {}
    this.requires = extras.requires
  }
}

export function refusedFor(verdict: NotSignedIn): Refused {
  const { status, code, message, headers, requires } = refusalFor(verdict)
  return new Refused(status, code, message, { headers: { ...headers }, requires })
}
