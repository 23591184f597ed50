import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem, type ProblemCode } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { RefreshOutcome } from '../../session/rotation/refresh.ts'
import type { TokenPair } from '../../session/session.ts'
import { countedAddress } from '../access/client-address.ts'
import { originOf } from '../access/origin.ts'
import type { Limits } from '../access/rate-limits.ts'

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
    const { limits } = app
    const outcome = await sessions.refresh(token, {
      origin: originOf(request),
      beforeRead: () => limits.requireHere('refused_address', countedAddress(request)),
      limit: {
        take: sessionId => limits.take('refresh_session', sessionId, request),
        giveBack: sessionId => limits.giveBack('refresh_session', sessionId),
      },
    })
    if (outcome.kind === 'tokens') return outcome
    countRefused(limits, outcome, countedAddress(request))
    throw refusal(outcome)
  }
}

type Refused = Exclude<RefreshOutcome, { kind: 'tokens' }>

/** In this instance, not over all: what has been refused is not to cost another round trip. */
function countRefused(limits: Limits, outcome: Refused, address: string): void {
  switch (outcome.kind) {
    case 'late':
      return
    case 'reused':
      limits.takeHere('refused_address', address)
      return
    case 'refused':
      // First, since each of these may throw: what was read must count in any case.
      if (outcome.wasRead) limits.takeHere('refused_address', address)
      if (outcome.because.kind === 'not_ours') limits.takeHere('refresh_address', address)
      if (outcome.sessionId !== null) limits.takeHere('refresh_session', outcome.sessionId)
  }
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
