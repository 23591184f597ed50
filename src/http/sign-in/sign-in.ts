import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { accountKey } from '../../access/rate-limits.ts'
import { deviceTokenLifetimeSeconds } from '../../account/device-token.ts'
import { canonicalEmail } from '../../account/email.ts'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { countedAddress } from '../access/client-address.ts'
import type { Cookies } from '../access/cookies.ts'
import { refuseForeign, trustedOrigins } from '../access/csrf.ts'
import { originOf } from '../access/origin.ts'
import { limitByAddress } from '../access/rate-limits.ts'
import { accountLocked } from '../account/account-locked.ts'
import {
  ClientType,
  DeviceName,
  DeviceToken,
  Email,
  Password,
  requireClientType,
  Tokens,
  User,
} from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'
import { CookieTokens, createTokenAnswer } from '../session/token-answer.ts'

/** People get an account, and sign in. */
export const signInRoutes: FastifyPluginAsyncTypebox<{ services: Services; cookies: Cookies }> = async (
  app,
  { services, cookies },
) => {
  const { config, accounts, signIn, clock } = services
  const answer = createTokenAnswer(cookies, clock)
  const trusted = trustedOrigins(config)

  app.post(
    '/v1/auth/register',
    {
      schema: {
        operationId: 'registerUser',
        tags: ['Sign-in'],
        summary: 'Create an account',
        body: StrictObject({ email: Email, password: Password }, { title: 'RegisterRequest' }),
        response: { 201: Type.Object({ user: User }, { title: 'Registered' }) },
      },
      config: {
        hashes: true,
        problems: [
          'validation_failed',
          'registration_closed',
          'email_taken',
          'weak_password',
          'rate_limited',
          'overloaded',
        ],
      },
      preHandler: limitByAddress('register_address'),
    },
    async (request, reply) => {
      if (config.registration === 'closed') throw new Problem('registration_closed')
      const { email, password } = request.body
      const user = { email: canonicalEmail(email) ?? email, password }
      const account = await accounts.register(user, { actor: null, origin: originOf(request) })
      return reply.code(201).send({ user: userView(account) })
    },
  )

  app.post(
    '/v1/auth/login',
    {
      schema: {
        operationId: 'signIn',
        tags: ['Sign-in'],
        summary: 'Sign in',
        description:
          'With the transport `cookie`, the tokens are set as cookies that no script can read, and are not in the body.',
        body: StrictObject(
          {
            email: Email,
            password: Password,
            clientType: Type.Optional(ClientType),
            deviceName: Type.Optional(DeviceName),
            deviceToken: Type.Optional(DeviceToken),
            transport: Type.Optional(Type.Enum(['bearer', 'cookie'])),
          },
          {
            title: 'SignInRequest',
            examples: [
              { email: 'ada@example.com', password: 'a lighthouse keeper reads', deviceName: 'My laptop' },
            ],
          },
        ),
        response: {
          200: Type.Union([
            Type.Interface([Tokens], { user: User, deviceToken: DeviceToken }, { title: 'SignedIn' }),
            Type.Interface([CookieTokens], { user: User }, { title: 'SignedInByCookie' }),
          ]),
        },
      },
      config: {
        hashes: true,
        problems: [
          'validation_failed',
          'invalid_credentials',
          'client_type_not_allowed',
          'csrf_rejected',
          'account_locked',
          'rate_limited',
          'overloaded',
        ],
      },
      preHandler: limitByAddress('login_address'),
    },
    async (request, reply) => {
      const { password, clientType = 'web', deviceName = null, transport = 'bearer' } = request.body
      const email = canonicalEmail(request.body.email) ?? request.body.email
      // Else a page could sign its visitor in as somebody else, and see what she then does there.
      if (transport === 'cookie') refuseForeign(request, trusted, 'allowed')
      requireClientType(config.policies, clientType)
      const origin = originOf(request)
      const deviceToken =
        request.body.deviceToken ?? (transport === 'cookie' ? cookies.deviceToken(request) : null)
      const place = accounts.deviceOf(email, deviceToken) ?? countedAddress(request)
      await app.limits.take('login_account', accountKey(email, place), request)
      const outcome = await signIn({ email, password, clientType, deviceName, deviceToken, origin })
      if (outcome.kind === 'account_locked') throw accountLocked(outcome)
      if (outcome.kind !== 'signed_in') throw new Problem(outcome.kind)
      const { account, sessionId, tokens } = outcome
      const signedIn = { ...answer(reply, transport, sessionId, tokens), user: userView(account) }
      if (transport === 'bearer') return { ...signedIn, deviceToken: outcome.deviceToken }
      cookies.remember(reply, outcome.deviceToken, deviceTokenLifetimeSeconds)
      return signedIn
    },
  )
}

function userView(account: { id: string; email: string; roles: readonly string[] }) {
  return { id: account.id, email: account.email, roles: [...account.roles] }
}
