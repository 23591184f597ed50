/** `max` times in a window that begins with the first and lasts `windowSeconds`. */
export type Rate = { max: number; windowSeconds: number }

/**
 * The default limits. `RATE_LIMITS` replaces single ones. The name ends with what has its own count: an account, an
 * address (IPv6 by its /64), a session.
 */
export const defaultRateLimits = {
  /** Sign-ins to one account from one place, successful or not; failures also count towards the lockout. */
  login_account: { max: 5, windowSeconds: 900 },
  login_address: { max: 20, windowSeconds: 900 },
  register_address: { max: 10, windowSeconds: 900 },
  /** Rotations; a repeated request for the same pair is free. */
  refresh_session: { max: 20, windowSeconds: 300 },
  /** Refresh tokens that were never issued here. */
  refresh_address: { max: 20, windowSeconds: 900 },
  /** Sign-outs; a second one of the same session changes nothing. */
  logout_session: { max: 10, windowSeconds: 60 },
  password_session: { max: 3, windowSeconds: 3_600 },
  /** Requests without a credential where one is needed, forged access tokens, unknown service keys. */
  anonymous_address: { max: 100, windowSeconds: 900 },
  /**
   * Rejections that cost work: a failed signature check, or a read for an ended session. A short window, since it also
   * delays valid tokens from the same address that this instance has not seen before.
   */
  refused_address: { max: 100, windowSeconds: 1 },
  /** Documents that are the same for every caller: the console's files, the API description, public keys. */
  public_address: { max: 1_200, windowSeconds: 60 },
  session: { max: 1_000, windowSeconds: 60 },
} as const satisfies Record<string, Rate>

export type RateLimitName = keyof typeof defaultRateLimits

export type RateLimits = Readonly<Record<RateLimitName, Rate>>

/**
 * An account as seen from one place: no caller uses up the attempts that its owner has elsewhere. `place` is an address,
 * or a device that is proven to be the owner's.
 */
export function accountKey(email: string, place: string): string {
  return `${email.toLowerCase()}:${place}`
}
