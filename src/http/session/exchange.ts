import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem, type ProblemCode } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { RefreshOutcome } from '../../session/rotation/refresh.ts'
import type { TokenPair } from '../../session/session.ts'
import { countedAddress } from '../access/client-address.ts'
import { originOf } from '../access/origin.ts'

/** What every exchange of a refresh token may be answered with. */
export const exchangeProblems = [
  'refresh_token_invalid',
  'refresh_token_expired',
  'refresh_token_reused',
  'session_revoked',
  'session_expired',
  'rate_limited',
] as const satisfies readonly ProblemCode[]

/**
 * Exchanges a refresh token for the next pair, by whichever route it came: the same rotation, the same limits. Throws
 * the problem that says why not.
 */
export function createExchange(app: FastifyInstance, { sessions }: Services) {
  return async (
    request: FastifyRequest,
    token: string,
  ): Promise<{ sessionId: string; tokens: TokenPair }> => {
    const outcome = await sessions.refresh(token, {
      origin: originOf(request),
      limit: {
        take: sessionId => app.limits.take('refresh_session', sessionId, request),
        giveBack: sessionId => app.limits.giveBack('refresh_session', sessionId),
      },
    })
    if (outcome.kind === 'tokens') return outcome
    // Here, not over all instances: garbage is to be turned away without I/O.
    if (isGarbage(outcome)) app.limits.takeHere('refresh_address', countedAddress(request))
    throw refusal(outcome)
  }
}

type Refused = Exclude<RefreshOutcome, { kind: 'tokens' }>

function isGarbage(outcome: Refused): boolean {
  return outcome.kind === 'refused' && outcome.because.kind === 'not_ours'
}

function refusal(outcome: Refused): Problem {
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
