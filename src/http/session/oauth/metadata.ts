import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Services } from '../../../services.ts'
import { countDocument } from '../../access/rate-limits.ts'

/** Clients find everything from the issuer alone (RFC 8414). */
export const metadataRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  const { issuer } = services.config
  const at = (path: string) => issuer.replace(/\/$/, '') + path
  const metadata = {
    issuer,
    jwks_uri: at('/.well-known/jwks.json'),
    token_endpoint: at('/v1/token'),
    introspection_endpoint: at('/v1/introspect'),
    revocation_endpoint: at('/v1/revoke'),
    grant_types_supported: ['refresh_token'],
    // There is no authorization endpoint: people sign in at `POST /v1/auth/login`.
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['none'],
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'Bearer'],
    revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
  }
  const texts = Type.Array(Type.String())

  app.get(
    '/.well-known/oauth-authorization-server',
    {
      onRequest: countDocument,
      config: { problems: ['rate_limited'] },
      schema: {
        operationId: 'getAuthorizationServerMetadata',
        tags: ['OAuth'],
        summary: 'Authorization server metadata (RFC 8414)',
        response: {
          200: Type.Object(
            {
              issuer: Type.String(),
              jwks_uri: Type.String(),
              token_endpoint: Type.String(),
              introspection_endpoint: Type.String(),
              revocation_endpoint: Type.String(),
              grant_types_supported: texts,
              response_types_supported: texts,
              token_endpoint_auth_methods_supported: texts,
              introspection_endpoint_auth_methods_supported: texts,
              revocation_endpoint_auth_methods_supported: texts,
            },
            { title: 'AuthorizationServerMetadata' },
          ),
        },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300')
      return metadata
    },
  )
}
