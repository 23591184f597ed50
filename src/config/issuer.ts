import { makeExactValidator } from 'envalid'
import { isLoopback } from './loopback.ts'
import { ConfigError } from './refusal.ts'

/** An issuer identifier (RFC 8414 §2), which verifiers compare to the letter: a URL without a query and a fragment. */
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
      'must be a URL like https://sessions.example.com, without a query or fragment; access tokens in use are refused when it changes, and clients refresh them',
    )
  }
  return input
})

/** In production, only what stays on this machine may have an issuer without TLS. */
export function refuseInsecureIssuer(issuer: string): void {
  const { protocol, hostname } = new URL(issuer)
  if (protocol === 'https:' || isLoopback(hostname)) return
  throw new ConfigError(
    'ISSUER',
    'must begin with https:// in production: it is the URL under which clients reach the service',
  )
}

/** Null when others can reach the service under that URL. */
export function issuerWarning(issuer: string): string | null {
  if (!isLoopback(new URL(issuer).hostname)) return null
  return `ISSUER is ${issuer}, which only this machine can reach; set it to the URL under which clients reach the service`
}
