import type { FastifyReply, FastifyRequest } from 'fastify'
import { noExtras, type Problem, type ProblemCode, problems } from '../../../errors.ts'
import { securityHeaders } from '../security-headers.ts'

/** The serialized form of a problem, for Fastify's reply and for a raw socket. */
export type RenderedProblem = { status: number; headers: Record<string, string>; body: string }

/**
 * RFC 9457 §3. The body of an internal error never depends on what went wrong: it holds its code and the id of
 * the request, with which the cause is found in the log.
 */
export function renderProblem(problem: Problem, requestId: string): RenderedProblem {
  const { headers, bodyFor } = prepare(problem)
  return {
    status: problem.status,
    headers: { ...securityHeaders, ...headers, 'x-request-id': requestId },
    body: bodyFor(requestId),
  }
}

/** The headers that a problem adds to every response, and those that it removes. */
function problemHeaders({ code, status, extras }: Problem): Record<string, string> {
  const { retryAfterSeconds, rateLimit, allow } = extras
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': securityHeaders['cache-control'],
  }
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds)
  if (rateLimit !== undefined) Object.assign(headers, rateLimitFields(rateLimit, retryAfterSeconds ?? 0))
  if (allow) headers['allow'] = allow.join(', ')
  if (status === 401) headers['www-authenticate'] = challenge(code)
  return headers
}

/** A problem without the id of the request. */
type Prepared = { headers: Record<string, string>; bodyFor: (requestId: string) => string }

/** By code, for problems without extras: most of them, and all malformed requests. */
const prepared = new Map<ProblemCode, Prepared>()

function prepare(problem: Problem): Prepared {
  const known = problem.extras === noExtras ? prepared.get(problem.code) : undefined
  if (known !== undefined) return known
  // The id comes last.
  const opening = JSON.stringify(problemMembers(problem, '')).slice(0, -'""}'.length)
  const made = {
    headers: problemHeaders(problem),
    bodyFor: (requestId: string) => `${opening}${JSON.stringify(requestId)}}`,
  }
  if (problem.extras === noExtras) prepared.set(problem.code, made)
  return made
}

/** The members of a problem. */
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
 * which hardly any client reads yet. Only a 429 has them: elsewhere they would distinguish responses that must be equal.
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

/** Sends a problem. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  // A request that the router rejects has not reached the hook that sets them.
  if (!reply.hasHeader('x-request-id')) reply.headers(securityHeaders).header('x-request-id', request.id)
  const { headers, bodyFor } = prepare(problem)
  // As bytes: a text is written together with the headers, and all of it as UTF-8, which takes 3 µs longer. And Fastify
  // appends no charset to the content type, which this media type does not have.
  reply
    .code(problem.status)
    .headers(headers)
    .send(Buffer.from(bodyFor(request.id)))
}
