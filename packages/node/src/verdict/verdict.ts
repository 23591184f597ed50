/** Who makes a request. */
export type Caller = {
  userId: string
  sessionId: string
  /** As Latchkey has them now. Null after a local verification: a token does not carry them. */
  roles: readonly string[] | null
  /** What the roles allow, sorted. Null after a local verification, and where Latchkey is too old to say. */
  permissions: readonly string[] | null
  clientType: string
  /** When the access token ends, as RFC 3339. The session outlives it. */
  expiresAt: string
  /** `asked`: Latchkey said so for this request. `local`: by the published keys, so a revocation may not be known yet. */
  source: 'asked' | 'local'
}

export type SignedIn = { kind: 'signed_in' } & Caller

/** The request is answered with this status. The codes are those of Latchkey's errors. */
export type Refusal = {
  kind: 'refused'
  status: 400 | 401 | 403 | 429
  code: string
  /** One sentence without internals, fit for the answer. */
  message: string
  /** For the answer: `www-authenticate` (RFC 6750 §3) or `retry-after`. Lower-case names. */
  headers: Readonly<Record<string, string>>
  /** The permission that is missing. */
  requires?: string
}

/** Latchkey could not be asked, or did not know. Answer 503: the caller may well be signed in. */
export type Unknown = {
  kind: 'unknown'
  /** For `Retry-After`. */
  retryAfterSeconds: number
  /** For the log, never for the answer. */
  reason: string
}

export type Verdict = SignedIn | Refusal | Unknown

/** Without a credential. RFC 6750 §3.1: the caller is told the scheme and nothing else. */
export const authenticationRequired: Refusal = {
  kind: 'refused',
  status: 401,
  code: 'authentication_required',
  message: 'Authentication is required',
  headers: { 'www-authenticate': 'Bearer' },
}

/** A token that was presented and does not count (RFC 6750 §3.1, `invalid_token`). */
export function tokenRefused(code: string, message: string): Refusal {
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' }
  return { kind: 'refused', status: 401, code, message, headers }
}

export function callerIn({ kind: _, ...caller }: SignedIn): Caller {
  return caller
}
