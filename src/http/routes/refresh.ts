import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { RefreshOutcome } from '../../session/refresh.ts'
import { countedAddress } from '../client-address.ts'
import { type Cookies, refreshPath } from '../cookies.ts'
import type { Credential } from '../credential.ts'
import { refuseForeign } from '../csrf.ts'
import { originOf } from '../origin.ts'
import { RefreshToken, Tokens } from '../schemas.ts'
import { StrictObject } from '../strict-object.ts'
import { CookieTokens, createTokenAnswer } from '../token-answer.ts'

/** Clients stay signed in. */
export const refreshRoutes: FastifyPluginAsyncTypebox<{ services: Services; cookies: Cookies }> = async (
  app,
  { services, cookies },
) => {
  const { config, sessions, clock } = services
  const answer = createTokenAnswer(cookies, clock)

  app.post(
    refreshPath,
    {
      schema: {
        tags: ['clients'],
        summary: 'Exchange the refresh token for a new pair',
        description:
          'The token stands in the body, or in the refresh cookie; the new pair goes the way that it came. 20 exchanges in 5 minutes are a session’s limit; asking again for the same pair is free.',
        body: Type.Union([StrictObject({ refreshToken: Type.Optional(RefreshToken) }), Type.Null()]),
        response: { 200: Type.Union([Tokens, CookieTokens]) },
      },
      config: {
        problems: [
          'validation_failed',
          'authentication_required',
          'refresh_token_invalid',
          'refresh_token_expired',
          'refresh_token_reused',
          'session_revoked',
          'session_expired',
          'csrf_rejected',
          'rate_limited',
        ],
      },
    },
    async (request, reply) => {
      const { token, by } = presentedToken(request, request.body?.refreshToken ?? null)
      if (by === 'cookie') refuseForeign(request, config.allowedOrigins, 'refused')
      const outcome = await sessions.refresh(token, {
        origin: originOf(request),
        beforeRotation: sessionId => app.limits.take('refresh_session', sessionId, request),
      })
      if (outcome.kind === 'tokens') return answer(reply, by, outcome.sessionId, outcome.tokens)
      // Here, not over all instances: garbage is to be turned away without I/O.
      if (isGarbage(outcome)) app.limits.takeHere('refresh_address', countedAddress(request))
      throw refusal(outcome)
    },
  )

  function presentedToken(request: FastifyRequest, given: string | null): Credential {
    const cookie = cookies.refreshToken(request)
    if (given !== null && cookie !== null) {
      throw new Problem('validation_failed', {
        detail: 'Send the refresh token in the body or in its cookie, not both.',
      })
    }
    if (given !== null) return { token: given, by: 'bearer' }
    if (cookie !== null) return { token: cookie, by: 'cookie' }
    throw new Problem('authentication_required', {
      detail: 'Send the refresh token in the body or in its cookie.',
    })
  }
}

type Refused = Exclude<RefreshOutcome, { kind: 'tokens' }>

function isGarbage(outcome: Refused): boolean {
  return outcome.kind === 'refused' && outcome.because.kind === 'not_ours'
}

function refusal(outcome: Refused): Problem {
  switch (outcome.kind) {
    case 'late':
      return new Problem('overloaded', {
        detail: 'The token was spent while this request waited; nothing was changed. Try again at once.',
        retryAfterSeconds: 0,
      })
    case 'reused':
      return new Problem('refresh_token_reused', {
        detail: 'This token had been exchanged before. Somebody else may have it, so its session was ended.',
      })
    case 'refused':
      switch (outcome.because.kind) {
        case 'not_ours':
          return new Problem('refresh_token_invalid')
        case 'token_expired':
          return new Problem('refresh_token_expired')
        case 'session_expired':
          return new Problem('session_expired')
        case 'revoked':
          return new Problem('session_revoked', { reason: outcome.because.reason })
      }
  }
}
