import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Problem, type ProblemCode, problems } from '../errors.ts'
import { securityHeaders } from './security-headers.ts'

/** A problem as it goes over the wire, for Fastify's reply and for a raw socket alike. */
export type RenderedProblem = { status: number; headers: Record<string, string>; body: string }

/**
 * RFC 9457 §3. The body of an internal error never depends on what went wrong: it holds its code and the id of
 * the request, with which the cause is found in the log.
 */
export function renderProblem(problem: Problem, requestId: string): RenderedProblem {
  const { code, status } = problem
  const { retryAfterSeconds, rateLimit, allow } = problem.extras
  const headers: Record<string, string> = {
    ...securityHeaders,
    'content-type': 'application/problem+json',
    'x-request-id': requestId,
  }
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds)
  if (rateLimit !== undefined) Object.assign(headers, rateLimitFields(rateLimit, retryAfterSeconds ?? 0))
  if (allow) headers['allow'] = allow.join(', ')
  if (status === 401) headers['www-authenticate'] = challenge(code)
  return { status, headers, body: JSON.stringify(problemMembers(problem, requestId)) }
}

/** What a problem says of itself. */
export function problemMembers({ code, status, extras }: Problem, requestId: string) {
  const { retryAfterSeconds, rateLimit, allow, ...told } = extras
  return {
    type: `https://latchkey.dev/problems/${code}`,
    title: problems[code].title,
    status,
    code,
    ...(code === 'internal_error' ? {} : told),
    requestId,
  }
}

/**
 * The three fields of draft-ietf-httpapi-ratelimit-headers-06; later drafts put the same into two structured ones,
 * which hardly any client reads yet. Only a refusal has them: elsewhere they would tell answers apart that must be alike.
 */
function rateLimitFields(limit: number, resetSeconds: number): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': '0',
    'ratelimit-reset': String(resetSeconds),
  }
}

/**
 * RFC 6750 §3.1: only a credential that was presented and refused is an `invalid_token`; a caller who brought
 * none is told no more than the scheme.
 */
function challenge(code: ProblemCode): string {
  return /^(access_token|session|service_key)_/.test(code) ? 'Bearer error="invalid_token"' : 'Bearer'
}

/**
 * Answers with a problem. All headers are set here once more, because requests that the router refuses never
 * reach a hook.
 */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  const { status, headers, body } = renderProblem(problem, request.id)
  // A buffer, since Fastify appends a charset to the content type of a text, which this media type does not have.
  reply.code(status).headers(headers).send(Buffer.from(body))
}
