import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { Presented } from '../../session/revocation/revoke.ts'
import { sha256 } from '../../session/token/secrets.ts'
import { proveWithinLimits } from '../access/authenticate.ts'
import { countedAddress } from '../access/client-address.ts'
import type { Cookies } from '../access/cookies.ts'
import { onlyCredential } from '../access/credential.ts'
import { refuseForeign, trustedOrigins } from '../access/csrf.ts'
import { originOf } from '../access/origin.ts'
import { RefreshToken } from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'

/** Clients sign out, also with a token that is of no other use any more. */
export const signOutRoutes: FastifyPluginAsyncTypebox<{ services: Services; cookies: Cookies }> = async (
  app,
  { services, cookies },
) => {
  const { sessions } = services
  const trusted = trustedOrigins(services.config)

  app.post(
    '/v1/auth/logout',
    {
      schema: {
        operationId: 'signOut',
        tags: ['Sign-in'],
        summary: 'Sign out',
        description:
          'Revokes the session of the access token (any that was signed here, also an expired or superseded one) or of the refresh token. Without either, and when repeated, the response is a 204. With cookies, they are cleared once the session has ended.',
        security: [{}, { bearer: [] }, { cookie: [] }],
        body: Type.Union([
          StrictObject({ refreshToken: Type.Optional(RefreshToken) }, { title: 'SignOutRequest' }),
          Type.Null(),
        ]),
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
      if (isByCookie) refuseForeign(request, trusted, 'refused')
      const named = await namedSessions(request, request.body?.refreshToken)
      if (named.size === 0) {
        await app.limits.take('anonymous_address', countedAddress(request), request)
      }
      for (const [sessionId, presented] of named) await signOut(request, sessionId, presented)
      if (isByCookie) cookies.signOut(reply)
      return reply.code(204).send(null)
    },
  )

  /** A second sign-out of a session is answered alike, and counts against the address besides. */
  async function signOut(
    request: FastifyRequest,
    sessionId: string,
    presented: Presented | undefined,
  ): Promise<void> {
    const by = { reason: 'logout', origin: originOf(request), presented } as const
    const { kind } = await sessions.end(sessionId, by)
    if (kind !== 'ended') app.limits.takeHere('refused_address', countedAddress(request))
  }

  /** Of the access token and of the refresh token; usually one and the same. One that names a session is enough. */
  async function namedSessions(
    request: FastifyRequest,
    refreshToken: string | undefined,
  ): Promise<Map<string, Presented | undefined>> {
    const hasAccessToken = request.credential !== null
    const counted = new Set<string>()
    const count = async (sessionId: string) => {
      if (counted.has(sessionId)) return
      counted.add(sessionId)
      await app.limits.take('logout_session', sessionId, request)
    }
    const fromAccess = hasAccessToken ? await sessionOfAccessToken(request, count) : null
    const fromRefresh =
      refreshToken === undefined ? null : await sessionOfRefreshToken(request, refreshToken, count)
    const named = new Map<string, Presented | undefined>()
    if (fromAccess !== null) named.set(fromAccess, undefined)
    if (fromRefresh !== null) named.set(fromRefresh.sessionId, fromRefresh.presented)
    if (named.size > 0) return named
    if (refreshToken !== undefined) {
      app.limits.takeHere('refresh_address', countedAddress(request))
      throw new Problem('refresh_token_invalid')
    }
    if (hasAccessToken) throw new Problem('access_token_invalid')
    return named
  }

  async function sessionOfAccessToken(request: FastifyRequest, count: Count): Promise<string | null> {
    // Before the signature is checked, which costs more than the rest of a repeated sign-out.
    app.limits.takeHere('logout_session', sha256(request.credential?.token ?? '').toString('base64'))
    const claims = await proveWithinLimits(request)
    if (claims === null) return null
    await count(claims.sid)
    return claims.sid
  }

  async function sessionOfRefreshToken(
    request: FastifyRequest,
    token: string,
    count: Count,
  ): ReturnType<typeof sessions.sessionOf> {
    return await sessions.sessionOf(token, async sessionId => {
      app.limits.requireHere('refused_address', countedAddress(request))
      await count(sessionId)
    })
  }
}

/** Counts a sign-out against a session, once for each request. */
type Count = (sessionId: string) => Promise<void>
