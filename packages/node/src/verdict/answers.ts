import type { ServerResponse } from 'node:http'
import { type NotSignedIn, problemFor } from './problem.ts'

export function answerTo(verdict: NotSignedIn): Response {
  const { body, ...init } = problemFor(verdict)
  return new Response(body, init)
}

export function sendProblem(verdict: NotSignedIn, response: ServerResponse): void {
  // A timeout of the service's own may have answered in the meantime. A second answer would throw.
  if (response.headersSent) return
  const { status, headers, body } = problemFor(verdict)
  response.writeHead(status, headers).end(body)
}
