import { isListedOrigin } from './origins.ts'

/** What a browser reports about the page that sends a request. Scripts can forge neither value. */
export type Provenance = {
  /** `Sec-Fetch-Site` (W3C Fetch Metadata). */
  fetchSite: string | undefined
  /** `Origin` (RFC 6454 §7). */
  origin: string | undefined
}

export type ProvenanceVerdict =
  /** Our own pages, an allowed origin, or the user's own navigation. */
  | 'trusted'
  | 'foreign'
  /** No information: not a browser, or a very old one. */
  | 'unknown'

/** The origins of pages that may send requests with cookies. */
export type TrustedOrigins = {
  /** `ALLOWED_ORIGINS`. */
  listed: readonly string[]
  /** The service's own origin, from `ISSUER`; null if that is not a URL. */
  own: string | null
}

/**
 * Whether a request that a browser sends with cookies may change something (OWASP, CSRF Prevention Cheat Sheet). Any
 * page can cause such a request; `SameSite=Strict` excludes the cookies from most, but not from those of another
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
