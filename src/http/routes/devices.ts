import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { sessionOf } from '../authenticate.ts'
import type { Cookies } from '../cookies.ts'
import { originOf } from '../origin.ts'
import { DeviceName, SessionParams, SessionView, sessionView } from '../schemas.ts'
import { StrictObject } from '../strict-object.ts'

/** People see their own devices, name them, and sign them out. */
export const deviceRoutes: FastifyPluginAsyncTypebox<{ services: Services; cookies: Cookies }> = async (
  app,
  { services, cookies },
) => {
  const { config, sessions } = services
  const route = { tags: ['people'], security: [{ bearer: [] }, { cookie: [] }] }

  app.get(
    '/v1/sessions',
    {
      schema: {
        ...route,
        summary: 'My sessions, newest sign-in first',
        querystring: StrictObject({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
          cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
        }),
        response: {
          200: Type.Object({ sessions: Type.Array(SessionView), nextCursor: Type.Optional(Type.String()) }),
        },
      },
      config: { problems: ['validation_failed', 'authentication_required', 'rate_limited'] },
    },
    async request => {
      const { sessionId, userId } = sessionOf(request)
      const { limit = 20, cursor = null } = request.query
      const page = await sessions.list(userId, { limit, cursor })
      return {
        sessions: page.sessions.map(session => sessionView(session, sessionId, config.policies)),
        ...(page.nextCursor === null ? {} : { nextCursor: page.nextCursor }),
      }
    },
  )

  app.get(
    '/v1/sessions/:id',
    {
      schema: {
        ...route,
        summary: 'One of my sessions',
        params: SessionParams,
        response: { 200: SessionView },
      },
      config: { problems: ['validation_failed', 'authentication_required', 'not_found', 'rate_limited'] },
    },
    async request => await view(request.params.id, sessionOf(request)),
  )

  app.patch(
    '/v1/sessions/:id',
    {
      schema: {
        ...route,
        summary: 'Name a device',
        params: SessionParams,
        body: StrictObject({ deviceName: DeviceName }),
        response: { 200: SessionView },
      },
      config: {
        problems: [
          'validation_failed',
          'authentication_required',
          'csrf_rejected',
          'not_found',
          'rate_limited',
        ],
      },
    },
    async request => {
      const caller = sessionOf(request)
      const { id } = request.params
      if (!(await sessions.rename(id, caller.userId, request.body.deviceName))) throw new Problem('not_found')
      return await view(id, caller)
    },
  )

  app.delete(
    '/v1/sessions/:id',
    {
      schema: {
        ...route,
        summary: 'Sign a device out',
        description: 'Final once answered. Revoking what is already revoked is 204 too.',
        params: SessionParams,
        response: { 204: Type.Null() },
      },
      config: {
        problems: [
          'validation_failed',
          'authentication_required',
          'csrf_rejected',
          'not_found',
          'rate_limited',
        ],
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
        ...route,
        summary: 'Sign out everywhere else, or everywhere',
        querystring: StrictObject({ scope: Type.Optional(Type.Enum(['others', 'all'])) }),
        response: { 200: Type.Object({ revoked: Type.Integer() }) },
      },
      config: { problems: ['validation_failed', 'authentication_required', 'csrf_rejected', 'rate_limited'] },
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

  async function view(id: string, caller: { sessionId: string; userId: string }) {
    const session = await sessions.get(id, caller.userId)
    if (session === null) throw new Problem('not_found')
    return sessionView(session, caller.sessionId, config.policies)
  }
}
