import { authenticationRequired, type Refusal } from '../verdict/verdict.ts'
import { isForeign, type Provenance, type TrustedOrigins } from './provenance.ts'

/** A request, as much of it as verifying takes: a `Request`, an `IncomingMessage`, or an Express request. */
export type VerifiableRequest = {
  /** `Headers`, or Node's `IncomingHttpHeaders`. */
  headers: Headers | Readonly<Record<string, string | string[] | undefined>>
  /** Missing is judged like `POST`. */
  method?: string | undefined
  url?: string | undefined
  /** Node's own list. It shows a repeated `Authorization` header, which `headers` hides. */
  rawHeaders?: readonly string[] | undefined
}

export type CredentialRules = {
  /** Null: cookies are not read. */
  cookieName: string | null
  trusted: TrustedOrigins
}

/**
 * The access token of a request: a bearer token (RFC 6750 §2.1), else the access cookie. The rules are those of Latchkey
 * itself: of two `Authorization` headers none counts, and neither does a cookie from a foreign page.
 */
export function credentialOf(request: VerifiableRequest, rules: CredentialRules): string | Refusal {
  const authorization = header(request, 'authorization')
  // Node keeps the first of two, and a proxy in front may have judged the other.
  if (isRepeated(request.rawHeaders, 'authorization')) return authenticationRequired
  const bearer = authorization === null ? null : bearerTokenIn(authorization)
  if (bearer !== null) return bearer
  return rules.cookieName === null
    ? authenticationRequired
    : cookieOf(request, rules.cookieName, rules.trusted)
}

function cookieOf(request: VerifiableRequest, name: string, trusted: TrustedOrigins): string | Refusal {
  const values = cookieValues(header(request, 'cookie') ?? '', name)
  if (values.length > 1) return sentTwice(name)
  const [token = ''] = values
  if (token === '') return authenticationRequired
  return isForeign(provenanceOf(request), trusted) ? foreign : token
}

/** White space inside makes it none: two headers that were joined to one have some. */
function bearerTokenIn(authorization: string): string | null {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  return token ?? null
}

function cookieValues(cookie: string, name: string): string[] {
  return cookie
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${name}=`))
    .map(pair => pair.slice(name.length + 1))
}

function provenanceOf(request: VerifiableRequest): Provenance {
  return {
    method: request.method ?? 'POST',
    fetchSite: header(request, 'sec-fetch-site'),
    fetchMode: header(request, 'sec-fetch-mode'),
    origin: header(request, 'origin'),
  }
}

function header({ headers }: VerifiableRequest, name: string): string | null {
  if (isHeaders(headers)) return headers.get(name)
  const value = headers[name]
  return typeof value === 'string' ? value : null
}

/** By its method: Next.js and undici have `Headers` of their own. */
function isHeaders(headers: VerifiableRequest['headers']): headers is Headers {
  return typeof headers['get'] === 'function'
}

function isRepeated(rawHeaders: readonly string[] | undefined, name: string): boolean {
  const given = rawHeaders?.filter((text, at) => at % 2 === 0 && text.toLowerCase() === name) ?? []
  return given.length > 1
}

const foreign: Refusal = {
  kind: 'refused',
  status: 403,
  code: 'csrf_rejected',
  message: 'The request may have been sent by a foreign page',
  headers: {},
}

/** Which of the two counts must not depend on the order in which a browser sends them. */
function sentTwice(name: string): Refusal {
  const message = `Send the cookie ${name} once`
  return { kind: 'refused', status: 400, code: 'validation_failed', message, headers: {} }
}
