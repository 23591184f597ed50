import type { FastifyRequest } from 'fastify'
import { requireOneAuthorization } from './credential.ts'

/** The name and secret of a client. */
export type BasicCredentials = { name: string; secret: string }

export const basicChallenge = 'Basic realm="latchkey"'

export function usesBasic(request: FastifyRequest): boolean {
  return /^Basic /i.test(request.headers.authorization ?? '')
}

/**
 * HTTP Basic (RFC 7617 §2) as OAuth clients send it: both parts are form-encoded before they are joined (RFC 6749
 * §2.3.1). Null if there are none, or if they cannot be parsed. Throws `validation_failed` for two Authorization headers.
 */
export function basicCredentials(request: FastifyRequest): BasicCredentials | null {
  requireOneAuthorization(request)
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(request.headers.authorization ?? '') ?? []
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return null
  const name = formDecoded(text.slice(0, colon))
  const secret = formDecoded(text.slice(colon + 1))
  return name === null || secret === null ? null : { name, secret }
}

function formDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}
