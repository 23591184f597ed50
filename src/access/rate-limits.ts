import { createHash } from 'node:crypto'

/** `max` times in a window that begins with the first and lasts `windowSeconds`. */
export type Rate = { max: number; windowSeconds: number }

/**
 * How often what may be done, for teams that configure nothing. `RATE_LIMITS` replaces single ones. The name says what
 * is counted apart: an account, an address (IPv6 by its /64), a session.
 */
export const defaultRateLimits = {
  /** Sign-ins to one account from one place, right or wrong; what is wrong also counts towards the lockout. */
  login_account: { max: 5, windowSeconds: 900 },
  login_address: { max: 20, windowSeconds: 900 },
  register_address: { max: 10, windowSeconds: 900 },
  /** Rotations; a spent token that gets its pair again is free. */
  refresh_session: { max: 20, windowSeconds: 300 },
  /** Refresh tokens that were never ours. */
  refresh_address: { max: 20, windowSeconds: 900 },
  password_session: { max: 3, windowSeconds: 3_600 },
  /** Requests for somebody who is signed in, by nobody who is. */
  anonymous_address: { max: 100, windowSeconds: 900 },
  session: { max: 1_000, windowSeconds: 60 },
} as const satisfies Record<string, Rate>

export type RateLimitName = keyof typeof defaultRateLimits

export type RateLimits = Readonly<Record<RateLimitName, Rate>>

/**
 * An account as seen from one place: nobody uses up the attempts that its owner has elsewhere. `place` is an address,
 * or a device that has proved to be the owner's. The e-mail address itself is not written to Redis.
 */
export function accountKey(email: string, place: string): string {
  const account = createHash('sha256').update(email.toLowerCase()).digest('base64url')
  return `${account}:${place}`
}
