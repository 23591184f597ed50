import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { normaliseAddress } from '../../access/address.ts'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { StartOutcome } from '../../session/start.ts'
import { longestUserAgent } from '../access/origin.ts'
import { requireScope, serviceActor, serviceKeyProblems } from '../access/service-key.ts'
import {
  ClientType,
  DeviceName,
  Id,
  printable,
  requireClientType,
  Tokens,
  tokensView,
} from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'

/** A backend that has checked a person by its own means (OpenID Connect, a passkey, a wallet) opens a session. */
export const openedSessionRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  const { config, sessions, clock } = services

  app.post(
    '/v1/admin/sessions',
    {
      onRequest: requireScope(services, 'sessions:create'),
      schema: {
        operationId: 'openSession',
        tags: ['Services'],
        summary: 'Open a session for a user who was authenticated elsewhere',
        description: 'The address and the user agent are those of the user, as the backend sees them.',
        security: [{ serviceKey: ['sessions:create'] }],
        body: StrictObject(
          {
            userId: Id,
            clientType: Type.Optional(ClientType),
            authMethod: Type.String({
              pattern: '^[a-z][a-z0-9_.:-]{0,31}$',
              description: 'How the user was authenticated, such as oidc or passkey.',
            }),
            ipAddress: Type.Optional(Type.String({ maxLength: 45 })),
            userAgent: Type.Optional(Type.String({ maxLength: longestUserAgent, pattern: printable })),
            deviceName: Type.Optional(DeviceName),
          },
          { title: 'OpenSessionRequest' },
        ),
        response: { 201: Tokens },
      },
      config: {
        problems: [
          'validation_failed',
          ...serviceKeyProblems,
          'client_type_not_allowed',
          'user_disabled',
          'not_found',
          'overloaded',
        ],
      },
    },
    async (request, reply) => {
      const { userId, clientType = 'web', authMethod, deviceName = null } = request.body
      const { userAgent = null } = request.body
      const ipAddress = readAddress(request.body.ipAddress)
      requireClientType(config.policies, clientType)
      const outcome = await sessions.start({
        userId,
        clientType,
        authMethod,
        deviceName,
        origin: { ipAddress, userAgent },
        actor: serviceActor(request),
        stillStands: () => true,
      })
      if (outcome.kind !== 'started') throw refusal(outcome)
      return reply.code(201).send(tokensView(outcome.sessionId, outcome.tokens, clock.now()))
    },
  )
}

function readAddress(text: string | undefined): string | null {
  if (text === undefined) return null
  const address = normaliseAddress(text)
  if (address !== null) return address
  const message = 'must be an IPv4 or IPv6 address'
  throw new Problem('validation_failed', { errors: [{ path: '/ipAddress', message }] })
}

function refusal(outcome: Exclude<StartOutcome, { kind: 'started' }>): Problem {
  switch (outcome.kind) {
    case 'no_such_user':
      return new Problem('not_found', { detail: 'There is no such user.' })
    case 'user_disabled':
    case 'client_type_not_allowed':
      return new Problem(outcome.kind)
    case 'changed':
      return new Problem('overloaded', { retryAfterSeconds: 1 })
  }
}
