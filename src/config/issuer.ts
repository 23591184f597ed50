import { makeExactValidator } from 'envalid'
import { isLoopback } from './loopback.ts'
import { ConfigError } from './refusal.ts'

/** An issuer identifier (RFC 8414 §2), which verifiers compare as text: a URL without a query or fragment. */
export const issuerUrl = makeExactValidator<string>(input => {
  const url = URL.canParse(input) ? new URL(input) : null
  const fits =
    url !== null &&
    /^https?:\/\/[^\s?#]+$/.test(input) &&
    ['http:', 'https:'].includes(url.protocol) &&
    url.username === '' &&
    url.password === ''
  if (!fits) {
    throw new TypeError(
      'must be a URL like https://sessions.example.com, without a query or fragment; a change rejects all access tokens in use, and clients refresh them',
    )
  }
  return input
})

/** In production, only an issuer on this machine may omit TLS. */
export function refuseInsecureIssuer(issuer: string): void {
  const { protocol, hostname } = new URL(issuer)
  if (protocol === 'https:' || isLoopback(hostname)) return
  throw new ConfigError(
    'ISSUER',
    'must begin with https:// in production: it is the URL at which clients reach the service',
  )
}

/** Null if other machines can reach the service at that URL. */
export function issuerWarning(issuer: string): string | null {
  if (!isLoopback(new URL(issuer).hostname)) return null
  return `ISSUER is ${issuer}, which only this machine can reach; set it to the URL at which clients reach the service`
}
