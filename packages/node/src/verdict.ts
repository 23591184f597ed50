/** Who makes a request. */
export type Caller = {
  userId: string
  sessionId: string
  /** As Latchkey has them now; null where it was not asked, since a token does not tell. */
  roles: readonly string[] | null
}

/** Why somebody is not let in; the codes are those of Latchkey's errors. */
export type Refusal = {
  kind: 'refused'
  statusCode: 400 | 401 | 403 | 429
  code: string
  message: string
  /** The permission that is missing. */
  requires?: string
  retryAfter?: string
}

export type Verdict =
  | { kind: 'signed_in'; caller: Caller }
  | Refusal
  /** Latchkey could not be asked, or did not know: nobody's fault, and no reason to sign anybody out. */
  | { kind: 'unknown'; reason: string; retryAfter?: string }
