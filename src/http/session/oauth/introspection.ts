import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { permissionsOf } from '../../../access/permissions.ts'
import type { Services } from '../../../services.ts'
import { isAccessClaims } from '../../../session/token/access-token.ts'
import { proveToken } from '../../access/authenticate.ts'
import { requireClient, serviceKeyProblems } from '../../access/service-key.ts'
import { acceptForms, formMediaType } from '../../conventions/body/form.ts'
import { errorHandler } from '../../conventions/problem/error-handler.ts'
import { Id } from '../../conventions/validation/schemas.ts'
import { StrictObject } from '../../conventions/validation/strict-object.ts'
import { sendOAuthError } from './error.ts'
import { looksLikeRefreshToken, serviceClient, tokenParameters } from './parameters.ts'

const Active = Type.Object(
  {
    active: Type.Literal(true),
    sub: Id,
    sid: Id,
    scope: Type.String({ description: 'The permissions of the user; empty for a refresh token.' }),
    exp: Type.Integer(),
    iat: Type.Integer(),
    iss: Type.String(),
    aud: Type.String({ description: 'For a refresh token, the issuer: no other service accepts it.' }),
    token_type: Type.String({ enum: ['Bearer', 'refresh_token'] }),
    client_id: Type.String({ description: 'The client type.' }),
  },
  { title: 'ActiveToken' },
)

const Introspection = Type.Union([
  Active,
  Type.Object({ active: Type.Literal(false) }, { title: 'InactiveToken' }),
])

/** Services ask what a token is worth (RFC 7662). */
export const introspectionRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  const { config, sessions } = services
  app.setErrorHandler(errorHandler(sendOAuthError))
  acceptForms(app, Object.keys(tokenParameters))

  app.post(
    '/v1/introspect',
    {
      onRequest: requireClient(services, 'introspect'),
      schema: {
        operationId: 'introspectToken',
        tags: ['OAuth'],
        summary: 'Introspect a token (RFC 7662)',
        description:
          'An access token is checked as by `GET /v1/verify`. A refresh token is active while it is the current token of its session; introspection does not spend it. An unknown result is a 503, never inactive.',
        security: serviceClient('introspect'),
        consumes: [formMediaType, 'application/json'],
        body: StrictObject(tokenParameters, { title: 'TokenQuery' }),
        response: { 200: Introspection },
      },
      config: { oauth: true, problems: ['validation_failed', ...serviceKeyProblems, 'overloaded'] },
    },
    async request => {
      const { token } = request.body
      const facts = looksLikeRefreshToken(token)
        ? await ofRefreshToken(token)
        : await ofAccessToken(request, token)
      return facts ?? { active: false as const }
    },
  )

  async function ofAccessToken(
    request: FastifyRequest,
    token: string,
  ): Promise<Static<typeof Active> | null> {
    request.credential = { token, by: 'bearer' }
    const outcome = await sessions.verify(token, () => proveToken(request))
    if (outcome.kind !== 'signed_in') return null
    // Proven by now: by its signature, or by being the very token that its session has.
    const claims: unknown = app.jwt.decode(token)
    if (!isAccessClaims(claims)) return null
    const { sub, sid, exp, iat, iss, aud, client_id } = claims
    const scope = permissionsOf(config.permissions, outcome.session.roles).join(' ')
    return { active: true, sub, sid, scope, exp, iat, iss, aud, token_type: 'Bearer', client_id }
  }

  async function ofRefreshToken(token: string): Promise<Static<typeof Active> | null> {
    const current = await sessions.inspect(token)
    if (current === null) return null
    return {
      active: true,
      sub: current.userId,
      sid: current.sessionId,
      // So that a service which looks at scope or audience never takes it for an access token.
      scope: '',
      exp: Math.floor(current.expiresAt / 1000),
      iat: Math.floor(current.issuedAt / 1000),
      iss: config.issuer,
      aud: config.issuer,
      token_type: 'refresh_token',
      client_id: current.clientType,
    }
  }
}
