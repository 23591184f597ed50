import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { sessionOf, signedInProblems } from '../access/authenticate.ts'
import type { Cookies } from '../access/cookies.ts'
import { originOf } from '../access/origin.ts'
import {
  DeviceName,
  NextCursor,
  nextCursorView,
  pageFields,
  pageIn,
  SessionParams,
  SessionView,
  sessionView,
} from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'

/** People see their own devices, name them, and sign them out. */
export const deviceRoutes: FastifyPluginAsyncTypebox<{ services: Services; cookies: Cookies }> = async (
  app,
  { services, cookies },
) => {
  const { config, sessions } = services
  const route = { tags: ['Devices'], security: [{ bearer: [] }, { cookie: [] }] }

  app.get(
    '/v1/sessions',
    {
      schema: {
        operationId: 'listSessions',
        ...route,
        summary: 'List my sessions, newest sign-in first',
        querystring: StrictObject(pageFields),
        response: {
          200: Type.Object(
            { sessions: Type.Array(SessionView), nextCursor: NextCursor },
            { title: 'SessionPage' },
          ),
        },
      },
      config: { problems: ['validation_failed', ...signedInProblems] },
    },
    async request => {
      const { sessionId, userId } = sessionOf(request)
      const page = await sessions.list(userId, pageIn(request.query))
      return {
        sessions: page.sessions.map(session => sessionView(session, sessionId, config.policies)),
        ...nextCursorView(page.nextCursor),
      }
    },
  )

  app.get(
    '/v1/sessions/:id',
    {
      schema: {
        operationId: 'getSession',
        ...route,
        summary: 'Get one of my sessions',
        params: SessionParams,
        response: { 200: SessionView },
      },
      config: { problems: ['validation_failed', ...signedInProblems, 'not_found'] },
    },
    async request => {
      const { sessionId, userId } = sessionOf(request)
      const found = await sessions.get(request.params.id, userId)
      if (found.kind !== 'live') throw new Problem('not_found')
      return sessionView(found.session, sessionId, config.policies)
    },
  )

  app.patch(
    '/v1/sessions/:id',
    {
      schema: {
        operationId: 'renameSession',
        ...route,
        summary: 'Rename a device',
        params: SessionParams,
        body: StrictObject({ deviceName: DeviceName }, { title: 'RenameSessionRequest' }),
        response: { 200: SessionView },
      },
      config: { problems: ['validation_failed', ...signedInProblems, 'not_found'] },
    },
    async request => {
      const caller = sessionOf(request)
      const session = await sessions.rename(request.params.id, caller.userId, request.body.deviceName)
      if (session === null) throw new Problem('not_found')
      return sessionView(session, caller.sessionId, config.policies)
    },
  )

  app.delete(
    '/v1/sessions/:id',
    {
      schema: {
        operationId: 'revokeSession',
        ...route,
        summary: 'Sign a device out',
        description: 'Final when the call returns. Revoking a revoked session is a 204 too.',
        params: SessionParams,
        response: { 204: Type.Null() },
      },
      config: {
        problems: ['validation_failed', ...signedInProblems, 'not_found', 'revocation_unconfirmed'],
      },
    },
    async (request, reply) => {
      const { sessionId, userId } = sessionOf(request)
      const { id } = request.params
      if (!(await sessions.revoke(id, userId, originOf(request)))) throw new Problem('not_found')
      if (id === sessionId) signOut(request, reply)
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/v1/sessions',
    {
      schema: {
        operationId: 'revokeSessions',
        ...route,
        summary: 'Sign out all other devices, or all',
        querystring: StrictObject({ scope: Type.Optional(Type.Enum(['others', 'all'])) }),
        response: { 200: Type.Object({ revoked: Type.Integer() }, { title: 'RevokedSessions' }) },
      },
      config: { problems: ['validation_failed', ...signedInProblems, 'revocation_unconfirmed'] },
    },
    async (request, reply) => {
      const { sessionId, userId } = sessionOf(request)
      const origin = originOf(request)
      if (request.query.scope !== 'all') {
        return { revoked: await sessions.revokeOthers(userId, sessionId, origin) }
      }
      const revoked = await sessions.revokeAll(userId, { reason: 'user', actor: userId, origin })
      signOut(request, reply)
      return { revoked }
    },
  )

  /** The caller's own session has ended. */
  function signOut(request: FastifyRequest, reply: FastifyReply): void {
    if (request.credential?.by === 'cookie') cookies.signOut(reply)
  }
}
