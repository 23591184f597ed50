import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { RefreshOutcome } from '../../session/refresh.ts'
import { bearerToken, proveToken } from '../authenticate.ts'
import { originOf } from '../origin.ts'
import {
  ClientType,
  DeviceName,
  Email,
  Password,
  requireClientType,
  Tokens,
  tokensView,
  User,
} from '../schemas.ts'
import { StrictObject } from '../strict-object.ts'

const RefreshToken = Type.String({ minLength: 1, maxLength: 512 })

/** Clients sign in, stay in and sign out; nobody has to be signed in for it. */
export const signInRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  const { config, accounts, sessions, clock } = services

  app.post(
    '/v1/auth/register',
    {
      schema: {
        tags: ['clients'],
        summary: 'Create an account',
        body: StrictObject({ email: Email, password: Password }),
        response: { 201: Type.Object({ user: User }) },
      },
      config: { problems: ['validation_failed', 'registration_closed', 'email_taken', 'weak_password'] },
    },
    async (request, reply) => {
      if (config.registration === 'closed') throw new Problem('registration_closed')
      const account = await accounts.register(request.body, { actor: null, origin: originOf(request) })
      return reply.code(201).send({ user: userView(account) })
    },
  )

  app.post(
    '/v1/auth/login',
    {
      schema: {
        tags: ['clients'],
        summary: 'Sign in',
        body: StrictObject({
          email: Email,
          password: Password,
          clientType: Type.Optional(ClientType),
          deviceName: Type.Optional(DeviceName),
          transport: Type.Optional(Type.Literal('bearer')),
        }),
        response: { 200: Type.Interface([Tokens], { user: User }) },
      },
      config: { problems: ['validation_failed', 'invalid_credentials', 'client_type_not_allowed'] },
    },
    async request => {
      const { email, password, clientType = 'web', deviceName = null } = request.body
      requireClientType(config.policies, clientType)
      const origin = originOf(request)
      const outcome = await accounts.signIn({ email, password, clientType, deviceName, origin })
      if (outcome.kind !== 'signed_in') throw new Problem(outcome.kind)
      const { account, sessionId, tokens } = outcome
      return { ...tokensView(sessionId, tokens, clock.now()), user: userView(account) }
    },
  )

  app.post(
    '/v1/auth/refresh',
    {
      schema: {
        tags: ['clients'],
        summary: 'Exchange the refresh token for a new pair',
        body: StrictObject({ refreshToken: RefreshToken }),
        response: { 200: Tokens },
      },
      config: {
        problems: [
          'validation_failed',
          'refresh_token_invalid',
          'refresh_token_expired',
          'refresh_token_reused',
          'session_revoked',
          'session_expired',
        ],
      },
    },
    async request => {
      const outcome = await sessions.refresh(request.body.refreshToken, {
        origin: originOf(request),
      })
      if (outcome.kind !== 'tokens') throw refusal(outcome)
      return tokensView(outcome.sessionId, outcome.tokens, clock.now())
    },
  )

  app.post(
    '/v1/auth/logout',
    {
      schema: {
        tags: ['clients'],
        summary: 'Sign out',
        description:
          'Revokes the session of the access token (any that was signed here, also an expired or superseded one) or of the refresh token. Without either, or a second time, it is 204 too.',
        security: [{}, { bearer: [] }],
        body: Type.Union([StrictObject({ refreshToken: Type.Optional(RefreshToken) }), Type.Null()]),
        response: { 204: Type.Null() },
      },
      config: { problems: ['validation_failed', 'access_token_invalid', 'refresh_token_invalid'] },
    },
    async (request, reply) => {
      const origin = originOf(request)
      for (const sessionId of await namedSessions(request, request.body?.refreshToken)) {
        await sessions.end(sessionId, { reason: 'logout', origin })
      }
      return reply.code(204).send(null)
    },
  )

  /** Of the access token and of the refresh token; usually one and the same. One that names a session is enough. */
  async function namedSessions(
    request: Parameters<typeof bearerToken>[0],
    refreshToken: string | undefined,
  ): Promise<Set<string>> {
    const hasAccessToken = bearerToken(request) !== null
    const claims = hasAccessToken ? await proveToken(request) : null
    const session = refreshToken === undefined ? null : await sessions.sessionOf(refreshToken)
    const named = new Set([claims?.sid, session?.sessionId].filter(id => id !== undefined))
    if (named.size > 0) return named
    if (refreshToken !== undefined) throw new Problem('refresh_token_invalid')
    if (hasAccessToken) throw new Problem('access_token_invalid')
    return named
  }
}

function userView(account: { id: string; email: string; roles: readonly string[] }) {
  return { id: account.id, email: account.email, roles: [...account.roles] }
}

function refusal(outcome: Exclude<RefreshOutcome, { kind: 'tokens' }>): Problem {
  switch (outcome.kind) {
    case 'late':
      return new Problem('overloaded', {
        detail: 'The token was spent while this request waited; nothing was changed. Try again at once.',
        retryAfterSeconds: 0,
      })
    case 'reused':
      return new Problem('refresh_token_reused', {
        detail: 'This token had been exchanged before. Somebody else may have it, so its session was ended.',
      })
    case 'refused':
      switch (outcome.because.kind) {
        case 'not_ours':
          return new Problem('refresh_token_invalid')
        case 'token_expired':
          return new Problem('refresh_token_expired')
        case 'session_expired':
          return new Problem('session_expired')
        case 'revoked':
          return new Problem('session_revoked', { reason: outcome.because.reason })
      }
  }
}
