import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { proveToken } from '../access/authenticate.ts'
import { countedAddress } from '../access/client-address.ts'
import type { Cookies } from '../access/cookies.ts'
import { onlyCredential } from '../access/credential.ts'
import { refuseForeign } from '../access/csrf.ts'
import { originOf } from '../access/origin.ts'
import { RefreshToken } from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'

/** Clients sign out, also with a token that is of no other use any more. */
export const signOutRoutes: FastifyPluginAsyncTypebox<{ services: Services; cookies: Cookies }> = async (
  app,
  { services, cookies },
) => {
  const { config, sessions } = services

  app.post(
    '/v1/auth/logout',
    {
      schema: {
        tags: ['clients'],
        summary: 'Sign out',
        description:
          'Revokes the session of the access token (any that was signed here, also an expired or superseded one) or of the refresh token. Without either, or a second time, it is 204 too. Who came by cookie loses the cookies, once the session has ended.',
        security: [{}, { bearer: [] }, { cookie: [] }],
        body: Type.Union([StrictObject({ refreshToken: Type.Optional(RefreshToken) }), Type.Null()]),
        response: { 204: Type.Null() },
      },
      config: {
        problems: [
          'validation_failed',
          'access_token_invalid',
          'refresh_token_invalid',
          'csrf_rejected',
          'rate_limited',
        ],
      },
    },
    async (request, reply) => {
      request.credential = onlyCredential(request, cookies)
      const isByCookie = request.credential?.by === 'cookie'
      if (isByCookie) refuseForeign(request, config.allowedOrigins, 'refused')
      const named = await namedSessions(request, request.body?.refreshToken)
      if (named.size === 0) {
        await app.limits.take('anonymous_address', countedAddress(request), request)
      }
      for (const sessionId of named) {
        await app.limits.take('session', sessionId, request)
        await sessions.end(sessionId, { reason: 'logout', origin: originOf(request) })
      }
      if (isByCookie) cookies.signOut(reply)
      return reply.code(204).send(null)
    },
  )

  /** Of the access token and of the refresh token; usually one and the same. One that names a session is enough. */
  async function namedSessions(
    request: FastifyRequest,
    refreshToken: string | undefined,
  ): Promise<Set<string>> {
    const hasAccessToken = request.credential !== null
    const claims = hasAccessToken ? await proveToken(request) : null
    const session = refreshToken === undefined ? null : await sessions.sessionOf(refreshToken)
    const named = new Set([claims?.sid, session?.sessionId].filter(id => id !== undefined))
    if (named.size > 0) return named
    if (refreshToken !== undefined) throw new Problem('refresh_token_invalid')
    if (hasAccessToken) throw new Problem('access_token_invalid')
    return named
  }
}
