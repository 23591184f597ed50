import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Services } from '../../../services.ts'
import { proveToken } from '../../access/authenticate.ts'
import { originOf } from '../../access/origin.ts'
import { requireClient, serviceActor, serviceKeyProblems } from '../../access/service-key.ts'
import { acceptForms, formMediaType } from '../../conventions/body/form.ts'
import { errorHandler } from '../../conventions/problem/error-handler.ts'
import { StrictObject } from '../../conventions/validation/strict-object.ts'
import { sendOAuthError } from './error.ts'
import { looksLikeRefreshToken, serviceClient, tokenParameters } from './parameters.ts'

/** Services end the session of a token (RFC 7009). */
export const tokenRevocationRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  const { sessions } = services
  app.setErrorHandler(errorHandler(sendOAuthError))
  app.removeContentTypeParser('application/json')
  acceptForms(app, Object.keys(tokenParameters))

  app.post(
    '/v1/revoke',
    {
      onRequest: requireClient(services, 'revoke'),
      schema: {
        operationId: 'revokeToken',
        tags: ['OAuth'],
        summary: 'End the session of a token (RFC 7009)',
        description:
          'Accepts any token that was issued here, including a spent or expired one. The response is a 200 also for other values, and when repeated. The call returns when the revocation is in effect on every instance.',
        security: serviceClient('revoke'),
        consumes: [formMediaType],
        body: StrictObject(tokenParameters, { title: 'TokenQuery' }),
        // Undefined: an empty body, which null is not.
        response: {
          200: Type.Unsafe<undefined>(
            Type.Null({ description: 'Its session has ended, or there was none.' }),
          ),
        },
      },
      config: {
        oauth: true,
        problems: ['validation_failed', ...serviceKeyProblems, 'overloaded', 'revocation_unconfirmed'],
      },
    },
    async (request, reply) => {
      const found = await sessionBehind(request, request.body.token)
      if (found !== null) {
        const by = {
          reason: 'token_revoked',
          actor: serviceActor(request),
          origin: originOf(request),
          presented: found.presented,
        } as const
        await sessions.end(found.sessionId, by)
      }
      return reply.code(200).send(undefined)
    },
  )

  async function sessionBehind(request: FastifyRequest, token: string) {
    if (looksLikeRefreshToken(token)) return await sessions.sessionOf(token)
    request.credential = { token, by: 'bearer' }
    const claims = await proveToken(request)
    return claims === null ? null : { sessionId: claims.sid, presented: undefined }
  }
}
