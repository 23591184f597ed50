import { Type } from 'typebox'
import type { ServiceKeyScope } from '../../../access/service-keys.ts'

/**
 * About as much as servers commonly take in a header (8 KB): a service asks about whatever it was sent, also about
 * another issuer's token, and is to hear that it is inactive, not that the question was wrong.
 */
const maxLength = 7_000

/** Whoever issued it. */
export const Token = Type.String({ minLength: 1, maxLength })

/** What introspection and revocation are asked about (RFC 7662 §2.1, RFC 7009 §2.1). */
export const tokenParameters = {
  token: { ...Token, description: 'An access or a refresh token.' },
  token_type_hint: Type.Optional(
    Type.String({ maxLength, description: 'Not needed: the kind of a token is evident.' }),
  ),
}

/** How an operation says that its caller brings a service key, in either way. */
export function serviceClient(scope: ServiceKeyScope) {
  return [{ serviceKey: [scope] }, { serviceKeyBasic: [scope] }]
}

export function looksLikeRefreshToken(token: string): boolean {
  return token.startsWith('lkr_')
}
