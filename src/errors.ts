/**
 * Every failure that a caller can receive (RFC 9457, problem details). Codes are stable: clients decide by them. A test
 * compares this list with `docs/reference/errors.md`.
 */
export const problems = {
  validation_failed: { status: 400, title: 'The request is not valid' },
  confirmation_required: { status: 400, title: 'Confirmation is required' },
  unsupported_grant_type: { status: 400, title: 'The grant type is not supported' },
  invalid_scope: { status: 400, title: 'Scopes are not supported' },
  authentication_required: { status: 401, title: 'Authentication is required' },
  invalid_credentials: { status: 401, title: 'Incorrect email or password' },
  access_token_invalid: { status: 401, title: 'The access token is not valid' },
  access_token_expired: { status: 401, title: 'The access token has expired' },
  session_revoked: { status: 401, title: 'The session was revoked' },
  session_expired: { status: 401, title: 'The session has expired' },
  refresh_token_invalid: { status: 401, title: 'The refresh token is not valid' },
  refresh_token_expired: { status: 401, title: 'The refresh token has expired' },
  refresh_token_reused: { status: 401, title: 'The refresh token was already used' },
  service_key_invalid: { status: 401, title: 'The service key is not valid' },
  permission_denied: { status: 403, title: 'Permission denied' },
  csrf_rejected: { status: 403, title: 'Cross-site request rejected' },
  insufficient_scope: { status: 403, title: 'The service key does not have the scope' },
  registration_closed: { status: 403, title: 'Registration is closed' },
  client_type_not_allowed: { status: 403, title: 'This user may not sign in with this client type' },
  user_disabled: { status: 403, title: 'The user is disabled' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  email_taken: { status: 409, title: 'The email address is already registered' },
  body_too_large: { status: 413, title: 'The request body is too large' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported' },
  wrong_password: { status: 422, title: 'The current password is wrong' },
  weak_password: { status: 422, title: 'The new password is not acceptable' },
  rate_limited: { status: 429, title: 'Too many requests' },
  account_locked: { status: 429, title: 'The account is temporarily locked' },
  headers_too_large: { status: 431, title: 'The request headers are too large' },
  internal_error: { status: 500, title: 'Internal error' },
  overloaded: { status: 503, title: 'The service is overloaded' },
  revocation_unconfirmed: { status: 503, title: 'The revocation is not confirmed everywhere yet' },
  store_unavailable: { status: 503, title: 'A store is unavailable' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problems

/** What a problem can have in addition to its code. */
export type ProblemExtras = {
  /** For the caller: what is wrong in this case, and what to do. Never text of a library, SQL or a secret. */
  detail?: string
  /** One entry per invalid field; `path` is a JSON Pointer (RFC 6901) into the body. */
  errors?: readonly { path: string; message: string }[]
  /** Why a session was revoked or an account was locked. */
  reason?: string
  /** What a user whose account is locked can do. */
  unlock?: string
  /** The permission or scope that is missing. */
  requires?: string
  /** Seconds after which a retry makes sense; sent as `Retry-After` (RFC 9110 §10.2.3). */
  retryAfterSeconds?: number
  /** For a 429: the limit, sent as `RateLimit-*` together with `retryAfterSeconds`. */
  rateLimit?: number
  /** For a 405: the methods that exist, sent as `Allow` (RFC 9110 §10.2.1). */
  allow?: readonly string[]
}

/** For a problem whose code says everything. */
export const noExtras: ProblemExtras = Object.freeze({})

/** A failure with a stable code. It can be thrown anywhere; the HTTP layer turns it into problem+json. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly extras: ProblemExtras

  constructor(code: ProblemCode, extras: ProblemExtras = noExtras, options?: ErrorOptions) {
    // A stack takes 6 µs, any caller can cause a 4xx, and its cause is in the request.
    const { stackTraceLimit } = Error
    if (problems[code].status < 500) Error.stackTraceLimit = 0
    super(extras.detail ?? problems[code].title, options)
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'Problem'
    this.code = code
    this.status = problems[code].status
    this.extras = extras
  }
}
