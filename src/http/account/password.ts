import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { deviceTokenLifetimeSeconds } from '../../account/device-token.ts'
import type { PasswordOutcome } from '../../account/password/change.ts'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { sessionOf, signedInProblems } from '../access/authenticate.ts'
import type { Cookies } from '../access/cookies.ts'
import { originOf } from '../access/origin.ts'
import { DeviceToken, Password, Tokens } from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'
import { CookieTokens, createTokenAnswer } from '../session/token-answer.ts'
import { accountLocked } from './account-locked.ts'

/** The password of the signed-in user. */
export const passwordRoutes: FastifyPluginAsyncTypebox<{
  services: Services
  cookies: Cookies
}> = async (app, { services, cookies }) => {
  const { accounts, clock } = services
  const answer = createTokenAnswer(cookies, clock)

  app.post(
    '/v1/auth/password',
    {
      schema: {
        operationId: 'changePassword',
        tags: ['Account'],
        summary: 'Change the password',
        description:
          'Returns a new pair and a new device token for this session; every other session of the user is revoked. Earlier tokens give no access, and earlier device tokens are invalid. If the response is lost, sign in with the new password.',
        security: [{ bearer: [] }, { cookie: [] }],
        body: StrictObject(
          {
            currentPassword: Password,
            newPassword: Password,
            deviceToken: Type.Optional(DeviceToken),
          },
          { title: 'ChangePasswordRequest' },
        ),
        response: {
          200: Type.Union([
            Type.Interface([Tokens], { deviceToken: DeviceToken }, { title: 'PasswordChanged' }),
            CookieTokens,
          ]),
        },
      },
      config: {
        hashes: true,
        problems: [
          'validation_failed',
          ...signedInProblems,
          'wrong_password',
          'weak_password',
          'account_locked',
          'revocation_unconfirmed',
        ],
      },
      preHandler: request => app.limits.take('password_session', sessionOf(request).sessionId, request),
    },
    async (request, reply) => {
      const { sessionId, userId } = sessionOf(request)
      const outcome = await accounts.changePassword({
        userId,
        sessionId,
        ...request.body,
        deviceToken:
          request.body.deviceToken ??
          (request.credential?.by === 'cookie' ? cookies.deviceToken(request) : null),
        origin: originOf(request),
      })
      switch (outcome.kind) {
        case 'changed':
          return changed(request, reply, outcome)
        case 'wrong_password':
          throw new Problem('wrong_password')
        case 'account_locked':
          throw accountLocked(outcome)
        case 'weak_password':
          throw new Problem('weak_password', { detail: outcome.detail })
        case 'session_revoked':
          throw new Problem('session_revoked', { reason: outcome.reason })
        case 'session_expired':
          throw new Problem('session_expired')
      }
    },
  )

  /** The device token is returned like the tokens: in a cookie or in the body. */
  function changed(
    request: FastifyRequest,
    reply: FastifyReply,
    { sessionId, tokens, deviceToken }: Extract<PasswordOutcome, { kind: 'changed' }>,
  ) {
    const transport = request.credential?.by ?? 'bearer'
    const view = answer(reply, transport, sessionId, tokens)
    if (transport === 'bearer') return { ...view, deviceToken }
    cookies.remember(reply, deviceToken, deviceTokenLifetimeSeconds)
    return view
  }
}
