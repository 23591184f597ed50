import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { createPermissionsText, hasPermission } from '../../access/permissions.ts'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { VerifyOutcome } from '../../session/verify/verify.ts'
import { refusal, sessionOf, signedInProblems, verify } from '../access/authenticate.ts'
import type { Cookies } from '../access/cookies.ts'
import { firstCredential } from '../access/credential.ts'
import { countDocument } from '../access/rate-limits.ts'
import { acceptServiceKey } from '../access/service-key.ts'
import { handleError } from '../conventions/problem/error-handler.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'

/** For `send()`: a null would be written as JSON, and taken away again. */
const NoContent = Type.Unsafe<undefined>(Type.Null())

/** Services and gateways ask: is this request signed in? */
export const verifyRoutes: FastifyPluginAsyncTypebox<{ services: Services; cookies: Cookies }> = async (
  app,
  { services, cookies },
) => {
  const { config, clock, keyRing } = services
  const permissionsText = createPermissionsText(config.permissions)

  /**
   * Before the request is looked at: who may not call is told nothing of what is wrong with the call. By callback, so that
   * what is known at once waits for no promise.
   */
  function identifyForwarded(
    request: FastifyRequest,
    reply: FastifyReply,
    done: (error?: Error) => void,
  ): void {
    request.credential = firstCredential(request, cookies)
    if (request.credential === null) throw new Problem('authentication_required')
    const outcome = verify(services, request, request.credential)
    if (outcome instanceof Promise) outcome.then(known => admit(request, known)).then(done, done)
    else {
      const problem = admit(request, outcome)
      if (problem === undefined) done()
      // Not by `done`: Fastify then deletes headers, and V8 looks up the others by name: 1 of garbage's 26 µs.
      else handleError(problem, request, reply)
    }
  }

  function admit(request: FastifyRequest, outcome: VerifyOutcome): Problem | undefined {
    const sessionId = outcome.kind === 'signed_in' ? outcome.session.sessionId : outcome.sessionId
    // In this instance only: a second round trip to Redis would double what the call costs.
    if (request.serviceKey === null && sessionId !== null) app.limits.takeHere('session', sessionId)
    if (outcome.kind !== 'signed_in') return refusal(outcome)
    request.session = outcome.session
    return undefined
  }

  app.get(
    '/v1/verify',
    {
      onRequest: [acceptServiceKey(services, 'verify'), identifyForwarded],
      schema: {
        operationId: 'verifyRequest',
        tags: ['Services'],
        summary: 'Is this request signed in?',
        description:
          'Made for auth_request (nginx), forwardAuth (Traefik) and ext_authz (Envoy). A 204 names the session, the user and the roles in headers. With `x-latchkey-include: permissions` it also lists the permissions of these roles, in `x-user-permissions`, separated by commas; a comma, a space, a percent sign or a letter beyond ASCII in a name is percent-encoded, and a list of more than 8 KiB is left out. An outage is a 503, never a 401. A bearer token in `Authorization` goes before the cookie.',
        security: [{ bearer: [] }, { cookie: [] }, { bearer: [], gatewayKey: ['verify'] }],
        querystring: StrictObject({
          permission: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
        }),
        response: { 204: NoContent },
      },
      config: {
        cors: false,
        // Redis has 75 ms and Postgres 1.9 s; a timer and its listeners would be a tenth of what a hit costs.
        deadline: false,
        problems: [
          'validation_failed',
          ...signedInProblems,
          'permission_denied',
          'service_key_invalid',
          'insufficient_scope',
        ],
      },
    },
    (request, reply) => {
      const session = sessionOf(request)
      const { permission } = request.query
      if (permission !== undefined && !hasPermission(config.permissions, session.roles, permission)) {
        throw new Problem('permission_denied', { requires: permission })
      }
      reply.header('x-session-id', session.sessionId)
      reply.header('x-user-id', session.userId)
      reply.header('x-user-roles', session.roles.join(','))
      // Only when asked for: a long list would overflow the buffer that gateways have for headers.
      if (request.headers['x-latchkey-include'] === 'permissions') {
        const permissions = permissionsText(session.roles)
        if (permissions !== null) reply.header('x-user-permissions', permissions)
      }
      reply.code(204).send()
    },
  )

  app.get(
    '/.well-known/jwks.json',
    {
      onRequest: countDocument,
      config: { problems: ['rate_limited', 'store_unavailable'] },
      schema: {
        operationId: 'getJwks',
        tags: ['Services'],
        summary: 'Public keys of every key that may still verify (RFC 7517)',
        response: {
          200: Type.Object(
            {
              keys: Type.Array(
                Type.Object({
                  kty: Type.String(),
                  crv: Type.String(),
                  x: Type.String(),
                  y: Type.String(),
                  kid: Type.String(),
                  alg: Type.String(),
                  use: Type.Literal('sig'),
                }),
              ),
            },
            { title: 'JsonWebKeySet' },
          ),
        },
      },
    },
    async (_request, reply) => {
      const keys = keyRing.published(clock.now())
      if (keys.length === 0) throw new Problem('store_unavailable', { retryAfterSeconds: 1 })
      reply.header('cache-control', 'public, max-age=300')
      return {
        keys: keys.map(({ kid, alg, publicJwk }) => ({ ...publicJwk, kid, alg, use: 'sig' as const })),
      }
    },
  )
}
