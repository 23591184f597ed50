import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Problem } from '../../../errors.ts'
import type { Services } from '../../../services.ts'
import { checkClient } from '../../access/service-key.ts'
import { acceptForms, formMediaType } from '../../conventions/body/form.ts'
import { errorHandler } from '../../conventions/problem/error-handler.ts'
import { tokensView } from '../../conventions/validation/schemas.ts'
import { StrictObject } from '../../conventions/validation/strict-object.ts'
import { createExchange, exchangeProblems } from '../exchange.ts'
import { sendOAuthError } from './error.ts'
import { Token } from './parameters.ts'

/** Off-the-shelf clients stay signed in: the refresh grant of RFC 6749 §6. */
export const tokenRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  const exchange = createExchange(app, services)
  const parameters = {
    grant_type: Type.String({ description: '`refresh_token`; no other is supported.' }),
    refresh_token: Type.Optional(Token),
    scope: Type.Optional(Type.String({ description: 'Rejected: a token cannot be narrowed.' })),
  }
  app.setErrorHandler(errorHandler(sendOAuthError))
  app.removeContentTypeParser('application/json')
  acceptForms(app, Object.keys(parameters))

  app.post(
    '/v1/token',
    {
      onRequest: checkClient(services),
      schema: {
        operationId: 'exchangeRefreshToken',
        tags: ['OAuth'],
        summary: 'Exchange the refresh token for a new pair (RFC 6749 §6)',
        description:
          'The same exchange as `POST /v1/auth/refresh`, for clients that speak OAuth. Clients are public: they need not authenticate, and `client_id` is ignored like every parameter that is not listed. A token that is no longer valid is an `invalid_grant`; an outage is a 503.',
        security: [{}, { serviceKeyBasic: [] }],
        consumes: [formMediaType],
        body: StrictObject(parameters, { title: 'TokenRequest' }),
        response: {
          200: Type.Object(
            {
              access_token: Type.String(),
              token_type: Type.Literal('Bearer'),
              expires_in: Type.Integer({ description: 'Remaining lifetime of the access token in seconds.' }),
              refresh_token: Type.String(),
            },
            { title: 'TokenResponse' },
          ),
        },
      },
      config: {
        oauth: true,
        problems: [
          'validation_failed',
          'unsupported_grant_type',
          'invalid_scope',
          ...exchangeProblems,
          'service_key_invalid',
          'overloaded',
          'store_unavailable',
        ],
      },
    },
    async (request, reply) => {
      const { grant_type, refresh_token, scope } = request.body
      if (grant_type !== 'refresh_token') throw new Problem('unsupported_grant_type')
      if (scope !== undefined) throw new Problem('invalid_scope')
      if (refresh_token === undefined) throw missing('/refresh_token')
      const { sessionId, tokens } = await exchange(request, refresh_token)
      const view = tokensView(sessionId, tokens, services.clock.now())
      // RFC 6749 §5.1 wants it beside `Cache-Control: no-store`.
      reply.header('pragma', 'no-cache')
      return {
        access_token: view.accessToken,
        token_type: view.tokenType,
        expires_in: view.expiresIn,
        refresh_token: view.refreshToken,
      }
    },
  )
}

function missing(path: string): Problem {
  return new Problem('validation_failed', { errors: [{ path, message: 'is required' }] })
}
