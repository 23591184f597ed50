import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type Problem, type ProblemCode, problems } from '../../../errors.ts'
import { basicChallenge, usesBasic } from '../../access/basic-auth.ts'
import { problemMembers, renderProblem } from '../../conventions/problem/problem.ts'
import { ProblemSchema } from '../../conventions/problem/problem-schema.ts'

/** The words that OAuth has for what goes wrong (RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1). */
export const oauthErrors = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'unsupported_grant_type',
  'insufficient_scope',
  'temporarily_unavailable',
  'server_error',
] as const

export type OAuthError = (typeof oauthErrors)[number]

/** A failure in the shape that OAuth clients read (RFC 6749 §5.2), for the API's description. */
export const OAuthErrorSchema = Type.Object(
  {
    error: Type.String({ enum: [...oauthErrors], description: 'The OAuth error code.' }),
    error_description: Type.String({ description: 'For developers; can change.' }),
    ...ProblemSchema.properties,
  },
  { description: 'RFC 6749 §5.2, together with the members of a problem.' },
)

/** How a problem stands in OAuth. What is over is an `invalid_grant`; what cannot be known never is. */
export function oauthErrorOf(code: ProblemCode): { status: number; error: OAuthError } {
  const { status } = problems[code]
  switch (code) {
    case 'refresh_token_invalid':
    case 'refresh_token_expired':
    case 'refresh_token_reused':
    case 'session_revoked':
    case 'session_expired':
      return { status: 400, error: 'invalid_grant' }
    case 'authentication_required':
    case 'service_key_invalid':
      return { status, error: 'invalid_client' }
    case 'insufficient_scope':
    case 'unsupported_grant_type':
    case 'invalid_scope':
      return { status, error: code }
    case 'internal_error':
      return { status, error: 'server_error' }
    case 'rate_limited':
      return { status, error: 'temporarily_unavailable' }
    default:
      return { status, error: status >= 500 ? 'temporarily_unavailable' : 'invalid_request' }
  }
}

/** Answers with a problem in the shape that OAuth clients read. */
export function sendOAuthError(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  const { headers } = renderProblem(problem, request.id)
  const { status, error } = oauthErrorOf(problem.code)
  if (status === 400) delete headers['www-authenticate']
  else if (status === 401 && usesBasic(request)) headers['www-authenticate'] = basicChallenge
  const body = {
    error,
    error_description: problems[problem.code].title,
    ...problemMembers(problem, request.id),
    status,
  }
  reply
    .code(status)
    .headers({ ...headers, 'content-type': 'application/json' })
    .send(Buffer.from(JSON.stringify(body)))
}
