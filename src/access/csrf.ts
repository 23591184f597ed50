import { isListedOrigin } from './origins.ts'

/** What a browser tells of the page that a request comes from; scripts can forge neither of the two. */
export type Provenance = {
  /** `Sec-Fetch-Site` (W3C Fetch Metadata). */
  fetchSite: string | undefined
  /** `Origin` (RFC 6454 §7). */
  origin: string | undefined
}

export type ProvenanceVerdict =
  /** Our own pages, an allowed origin, or the person herself. */
  | 'trusted'
  | 'foreign'
  /** It says nothing: hardly a browser, or a very old one. */
  | 'unknown'

/** Of pages that may have requests with cookies sent. */
export type TrustedOrigins = {
  /** `ALLOWED_ORIGINS`. */
  listed: readonly string[]
  /** The service's own, as `ISSUER` has it; null where that is no URL. */
  own: string | null
}

/**
 * Whether a request that a browser sends with cookies may change something (OWASP, CSRF Prevention Cheat Sheet). Any
 * page can have such a request sent; `SameSite=Strict` keeps the cookies out of most, but not of those from another
 * origin of the same site.
 */
export function judgeProvenance(
  { fetchSite, origin }: Provenance,
  { listed, own }: TrustedOrigins,
): ProvenanceVerdict {
  if (fetchSite === 'same-origin' || fetchSite === 'none') return 'trusted'
  if (origin !== undefined && isListedOrigin(origin, listed)) return 'trusted'
  // Safari before 16.4, and every browser over plain HTTP: no Fetch Metadata, but an origin.
  if (fetchSite === undefined && origin !== undefined && origin === own) return 'trusted'
  return fetchSite === undefined && origin === undefined ? 'unknown' : 'foreign'
}
