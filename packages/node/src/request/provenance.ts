/** What a browser says about the page that sent a request. Scripts can set none of these headers. */
export type Provenance = {
  method: string
  /** `Sec-Fetch-Site` (W3C Fetch Metadata). */
  fetchSite: string | null
  /** `Sec-Fetch-Mode`. */
  fetchMode: string | null
  /** `Origin` (RFC 6454 §7). */
  origin: string | null
}

export type TrustedOrigins = {
  /** Further origins whose pages may send requests with the cookie; compared as text. */
  listed: readonly string[]
  /** The origin that the cookie belongs to; null when the issuer is not a URL. */
  own: string | null
}

/**
 * Whether a request with the access cookie may have been sent by a foreign page. The cookie is `SameSite=Strict`, which
 * stops other sites, but not other hosts of the same site (OWASP, Cross-Site Request Forgery Prevention). A safe method
 * (RFC 9110 §9.2.1) is refused only when another site embeds the answer; following a link is allowed.
 */
export function isForeign(
  { method, fetchSite, fetchMode, origin }: Provenance,
  trusted: TrustedOrigins,
): boolean {
  if (fetchSite === 'same-origin' || fetchSite === 'none') return false
  if (origin !== null && trusted.listed.includes(origin)) return false
  if (isSafe(method)) return fetchSite === 'cross-site' && fetchMode !== 'navigate'
  // Safari before 16.4, and every browser over plain HTTP: no Fetch Metadata, but an origin.
  return fetchSite !== null || origin === null || origin !== trusted.own
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}
