import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { permissionsOf } from '../../access/permissions.ts'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { sessionOf, signedInProblems } from '../access/authenticate.ts'
import { Id, idleExpiry, Timestamp, timestamp } from '../conventions/validation/schemas.ts'

/** A client is told to refresh from this long before its access token ends. */
const refreshAheadMs = 5 * 60_000

/** The session of the request itself. */
export const currentSessionRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  const { config, accounts, sessions, clock } = services

  app.get(
    '/v1/auth/session',
    {
      schema: {
        operationId: 'getCurrentSession',
        tags: ['Sign-in'],
        summary: 'Get the current session',
        security: [{ bearer: [] }, { cookie: [] }],
        response: {
          200: Type.Object(
            {
              sessionId: Id,
              user: Type.Object(
                {
                  id: Id,
                  email: Type.String(),
                  roles: Type.Array(Type.String()),
                  permissions: Type.Array(Type.String()),
                },
                { title: 'CurrentUser' },
              ),
              clientType: Type.String(),
              accessExpiresAt: Timestamp,
              needsRefresh: Type.Boolean(),
              idleExpiresAt: Timestamp,
              expiresAt: Timestamp,
            },
            { title: 'CurrentSession' },
          ),
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
}
