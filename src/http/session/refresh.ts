import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { countedAddress } from '../access/client-address.ts'
import { type Cookies, refreshPath } from '../access/cookies.ts'
import type { Credential } from '../access/credential.ts'
import { refuseForeign, trustedOrigins } from '../access/csrf.ts'
import { RefreshToken, Tokens } from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'
import { createExchange, exchangeProblems } from './exchange.ts'
import { CookieTokens, createTokenAnswer } from './token-answer.ts'

/** Clients stay signed in. */
export const refreshRoutes: FastifyPluginAsyncTypebox<{ services: Services; cookies: Cookies }> = async (
  app,
  { services, cookies },
) => {
  const { sessions, clock } = services
  const trusted = trustedOrigins(services.config)
  const exchange = createExchange(app, services)
  const answer = createTokenAnswer(cookies, clock)

  app.post(
    refreshPath,
    {
      schema: {
        operationId: 'refreshSession',
        tags: ['Sign-in'],
        summary: 'Exchange the refresh token for a new pair',
        description:
          'The token is in the body or in the refresh cookie; the new pair is returned in the same way. A session is limited to 20 exchanges in 5 minutes; repeated requests for the same pair are free.',
        security: [{}, { refreshCookie: [] }],
        body: Type.Union([
          StrictObject({ refreshToken: Type.Optional(RefreshToken) }, { title: 'RefreshRequest' }),
          Type.Null(),
        ]),
        response: { 200: Type.Union([Tokens, CookieTokens]) },
      },
      config: {
        problems: ['validation_failed', 'authentication_required', ...exchangeProblems, 'csrf_rejected'],
      },
    },
    async (request, reply) => {
      const { token, by } = presentedToken(request, request.body?.refreshToken ?? null)
      if (by === 'cookie') refuseForeign(request, trusted, 'refused')
      const { sessionId, tokens } = await exchange(request, token)
      return answer(reply, by, sessionId, tokens)
    },
  )

  function presentedToken(request: FastifyRequest, given: string | null): Credential {
    const inCookies = cookies.refreshTokens(request)
    if (given !== null && inCookies.length > 0) {
      throw new Problem('validation_failed', {
        detail: 'Send the refresh token in the body or in its cookie, not both.',
      })
    }
    if (given !== null) return { token: given, by: 'bearer' }
    if (inCookies.length > 0) return { token: ownToken(request, inCookies), by: 'cookie' }
    throw new Problem('authentication_required', {
      detail: 'Send the refresh token in the body or in its cookie.',
    })
  }

  /**
   * A sibling host can set a refresh cookie for this one (`__Secure-` does not forbid `Domain`), but no access cookie
   * (`__Host-` does). So the access cookie, which lives as long, says whose refresh cookie counts.
   */
  function ownToken(request: FastifyRequest, refreshTokens: readonly string[]): string {
    const token = sessions.refreshTokenBeside(cookies.accessToken(request), refreshTokens)
    if (token !== null) return token
    app.limits.takeHere('refresh_address', countedAddress(request))
    throw new Problem('refresh_token_invalid', {
      detail: 'The refresh cookie is not of the session that the access cookie names. Sign in again.',
    })
  }
}
