import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Problem } from '../../errors.ts'
import { permissionsOf } from '../../security/permissions.ts'
import type { Services } from '../../services.ts'
import { accountLocked } from '../account-locked.ts'
import { sessionOf, signedInProblems } from '../authenticate.ts'
import type { Cookies } from '../cookies.ts'
import { originOf } from '../origin.ts'
import { DeviceToken, Id, idleExpiry, Password, Timestamp, Tokens, timestamp } from '../schemas.ts'
import { StrictObject } from '../strict-object.ts'
import { CookieTokens, createTokenAnswer } from '../token-answer.ts'

/** A client is told to refresh from this long before its access token ends. */
const refreshAheadMs = 5 * 60_000

/** The session of the request itself. */
export const currentSessionRoutes: FastifyPluginAsyncTypebox<{
  services: Services
  cookies: Cookies
}> = async (app, { services, cookies }) => {
  const { config, accounts, sessions, clock } = services
  const answer = createTokenAnswer(cookies, clock)

  app.get(
    '/v1/auth/session',
    {
      schema: {
        tags: ['clients'],
        summary: 'Who is signed in',
        security: [{ bearer: [] }, { cookie: [] }],
        response: {
          200: Type.Object({
            sessionId: Id,
            user: Type.Object({
              id: Id,
              email: Type.String(),
              roles: Type.Array(Type.String()),
              permissions: Type.Array(Type.String()),
            }),
            clientType: Type.String(),
            accessExpiresAt: Timestamp,
            needsRefresh: Type.Boolean(),
            idleExpiresAt: Timestamp,
            expiresAt: Timestamp,
          }),
        },
      },
      config: {
        problems: [...signedInProblems],
      },
    },
    async request => {
      const { sessionId, userId, accessExpiresAt } = sessionOf(request)
      const [found, account] = await Promise.all([sessions.get(sessionId, userId), accounts.find(userId)])
      if (found.kind === 'revoked') throw new Problem('session_revoked', { reason: found.reason })
      if (account === null) throw new Problem('session_revoked', { reason: 'user_deleted' })
      if (found.kind !== 'live') throw new Problem('session_expired')
      const { session } = found
      return {
        sessionId,
        user: {
          id: account.id,
          email: account.email,
          roles: [...account.roles],
          permissions: permissionsOf(config.permissions, account.roles),
        },
        clientType: session.clientType,
        accessExpiresAt: timestamp(accessExpiresAt),
        needsRefresh: clock.now() >= accessExpiresAt - refreshAheadMs,
        idleExpiresAt: timestamp(idleExpiry(session, config.policies)),
        expiresAt: timestamp(session.expiresAt),
      }
    },
  )

  app.post(
    '/v1/auth/password',
    {
      schema: {
        tags: ['clients'],
        summary: 'Change the password',
        description: 'Answers a new pair for this session; every other session of the user is revoked.',
        security: [{ bearer: [] }, { cookie: [] }],
        body: StrictObject({
          currentPassword: Password,
          newPassword: Password,
          deviceToken: Type.Optional(DeviceToken),
        }),
        response: { 200: Type.Union([Tokens, CookieTokens]) },
      },
      config: {
        problems: [
          'validation_failed',
          ...signedInProblems,
          'wrong_password',
          'weak_password',
          'account_locked',
          'revocation_unconfirmed',
        ],
      },
      preHandler: request => app.limits.take('password_session', sessionOf(request).sessionId, request),
    },
    async (request, reply) => {
      const { sessionId, userId } = sessionOf(request)
      const outcome = await accounts.changePassword({
        userId,
        sessionId,
        ...request.body,
        deviceToken:
          request.body.deviceToken ??
          (request.credential?.by === 'cookie' ? cookies.deviceToken(request) : null),
        origin: originOf(request),
      })
      switch (outcome.kind) {
        case 'changed':
          return answer(reply, request.credential?.by ?? 'bearer', outcome.sessionId, outcome.tokens)
        case 'wrong_password':
          throw new Problem('wrong_password')
        case 'account_locked':
          throw accountLocked(outcome)
        case 'weak_password':
          throw new Problem('weak_password', { detail: outcome.detail })
        case 'session_revoked':
          throw new Problem('session_revoked', { reason: outcome.reason })
        case 'session_expired':
          throw new Problem('session_expired')
      }
    },
  )
}
