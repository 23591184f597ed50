import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Clock } from '../../clock.ts'
import type { TokenPair } from '../../session/session.ts'
import type { Cookies } from '../access/cookies.ts'
import type { Credential } from '../access/credential.ts'
import { Id, Tokens, tokensView } from '../conventions/validation/schemas.ts'

const { expiresIn, refreshExpiresIn } = Tokens.properties

/** A pair that went into cookies: no script is to see it. */
export const CookieTokens = Type.Object(
  { expiresIn, refreshExpiresIn, sessionId: Id },
  { title: 'CookieTokens' },
)

/** Answers with a pair, the way its holder brings it back. */
export function createTokenAnswer(cookies: Cookies, clock: Clock) {
  return (reply: FastifyReply, by: Credential['by'], sessionId: string, tokens: TokenPair) => {
    const now = clock.now()
    const view = tokensView(sessionId, tokens, now)
    if (by === 'bearer') return view
    cookies.signIn(reply, tokens, now)
    return { expiresIn: view.expiresIn, refreshExpiresIn: view.refreshExpiresIn, sessionId }
  }
}
