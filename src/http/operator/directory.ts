import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { JudgedSession } from '../../store/session/lists.ts'
import { sessionOf } from '../access/authenticate.ts'
import { operatorOf, operatorProblems, operatorRoute, requirePermission } from '../access/permission.ts'
import {
  Id,
  NextCursor,
  nextCursorView,
  pageFields,
  pageIn,
  SessionView,
  sessionView,
  Timestamp,
} from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'
import { timestampOrNull, UserView, userView } from './user-view.ts'

const JudgedSessionView = Type.Interface(
  [SessionView],
  {
    state: Type.Enum(['live', 'revoked', 'expired']),
    revokedAt: Type.Union([Timestamp, Type.Null()]),
    revokedReason: Type.Union([Type.String(), Type.Null()]),
  },
  { title: 'UserSession' },
)

const UserParams = StrictObject({ id: Id })

/** Operators find users, list the sessions of a user, and unlock accounts. */
export const directoryRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  const { config, directory, accounts } = services

  app.get(
    '/v1/admin/users',
    {
      onRequest: requirePermission(services, 'users:read'),
      schema: {
        operationId: 'listUsers',
        ...operatorRoute('users:read'),
        summary: 'Find users by the beginning of their email address',
        querystring: StrictObject({
          email: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 254,
              description: 'The beginning of the address; case does not matter.',
            }),
          ),
          ...pageFields,
        }),
        response: {
          200: Type.Object({ users: Type.Array(UserView), nextCursor: NextCursor }, { title: 'UserPage' }),
        },
      },
      config: { problems: ['validation_failed', ...operatorProblems] },
    },
    async request => {
      const page = await directory.search(request.query.email ?? '', pageIn(request.query))
      return { users: page.users.map(userView), ...nextCursorView(page.nextCursor) }
    },
  )

  app.get(
    '/v1/admin/users/:id',
    {
      onRequest: requirePermission(services, 'users:read'),
      schema: {
        operationId: 'getUser',
        ...operatorRoute('users:read'),
        summary: 'Get a user',
        params: UserParams,
        response: { 200: UserView },
      },
      config: { problems: ['validation_failed', ...operatorProblems, 'not_found'] },
    },
    async request => {
      const user = await directory.find(request.params.id)
      if (user === null) throw new Problem('not_found')
      return userView(user)
    },
  )

  app.get(
    '/v1/admin/users/:id/sessions',
    {
      onRequest: requirePermission(services, 'sessions:read'),
      schema: {
        operationId: 'listUserSessions',
        ...operatorRoute('sessions:read'),
        summary: 'List the sessions of a user, newest sign-in first',
        params: UserParams,
        querystring: StrictObject({
          state: Type.Optional(Type.Enum(['live', 'all'], { default: 'live' })),
          ...pageFields,
        }),
        response: {
          200: Type.Object(
            { sessions: Type.Array(JudgedSessionView), nextCursor: NextCursor },
            { title: 'UserSessionPage' },
          ),
        },
      },
      config: { problems: ['validation_failed', ...operatorProblems, 'not_found'] },
    },
    async request => {
      const { state = 'live' } = request.query
      const page = await directory.sessionsOf(request.params.id, state, pageIn(request.query))
      if (page === null) throw new Problem('not_found')
      const { sessionId } = sessionOf(request)
      return {
        sessions: page.sessions.map(session => judgedSessionView(session, sessionId)),
        ...nextCursorView(page.nextCursor),
      }
    },
  )

  app.post(
    '/v1/admin/users/:id/unlock',
    {
      onRequest: requirePermission(services, 'users:unlock'),
      schema: {
        operationId: 'unlockUser',
        ...operatorRoute('users:unlock'),
        summary: 'Unlock the sign-in of a user',
        params: UserParams,
        response: { 204: Type.Null() },
      },
      config: { problems: ['validation_failed', ...operatorProblems, 'not_found'] },
    },
    async (request, reply) => {
      const found = await accounts.unlock(request.params.id, operatorOf(request))
      if (!found) throw new Problem('not_found')
      return reply.code(204).send(null)
    },
  )

  function judgedSessionView(session: JudgedSession, currentId: string) {
    return {
      ...sessionView(session, currentId, config.policies),
      state: session.state,
      revokedAt: timestampOrNull(session.revokedAt),
      revokedReason: session.revokedReason,
    }
  }
}
