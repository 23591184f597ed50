import type { IncomingMessage, ServerResponse } from 'node:http'
import { rememberCaller } from './verdict/callers.ts'
import { type NotSignedIn, problemFor } from './verdict/problem.ts'
import { callerIn } from './verdict/verdict.ts'
import type { Verifier, VerifyOptions } from './verifier/verifier.ts'

export { callerOf } from './verdict/callers.ts'
export { Refused } from './verdict/refused.ts'
export type { Caller } from './verdict/verdict.ts'

/**
 * Fetch style, for middleware: null lets the request in, and `callerOf(request)` knows who makes it; anything else is the
 * answer, as problem+json.
 */
export async function refuse(
  verifier: Verifier,
  request: Request,
  options?: VerifyOptions,
): Promise<Response | null> {
  const verdict = await verifier.verify(request, options)
  if (verdict.kind !== 'signed_in') return answerTo(verdict)
  rememberCaller(request, callerIn(verdict))
  return null
}

/** Fetch style: calls the handler only for a request that is signed in, and answers every other one. */
export function withSession<R extends Request, Rest extends unknown[]>(
  verifier: Verifier,
  handler: (request: R, ...rest: Rest) => Response | Promise<Response>,
  options?: VerifyOptions,
): (request: R, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) =>
    (await refuse(verifier, request, options)) ?? (await handler(request, ...rest))
}

/** The same for `node:http`. What the handler throws rejects the promise. */
export function withNodeSession(
  verifier: Verifier,
  handler: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
  options?: VerifyOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const verdict = await verifier.verify(request, options)
    if (verdict.kind !== 'signed_in') return sendProblem(verdict, response)
    rememberCaller(request, callerIn(verdict))
    await handler(request, response)
  }
}

export function answerTo(verdict: NotSignedIn): Response {
  const { body, ...init } = problemFor(verdict)
  return new Response(body, init)
}

export function sendProblem(verdict: NotSignedIn, response: ServerResponse): void {
  const { status, headers, body } = problemFor(verdict)
  response.writeHead(status, headers).end(body)
}
