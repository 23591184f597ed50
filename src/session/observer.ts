import type { RevocationReason } from './session.ts'

/** What answered a verify: the token itself, this instance's memory, Redis, or Postgres. */
export type VerifySource = 'token' | 'near' | 'redis' | 'postgres'

/** What a verify, or a presented refresh token, came to; the names of their outcomes. */
export type VerifyVerdict =
  | 'signed_in'
  | 'token_invalid'
  | 'token_expired'
  | 'session_revoked'
  | 'session_expired'
export type RotationVerdict = 'rotate' | 'ahead' | 'replay' | 'reuse' | 'late' | 'outdated' | 'refuse'

/** Told what the domain has done, for whoever counts it. Called on the hot path: it must be cheap, and never throws. */
export type SessionObserver = {
  verified(source: VerifySource, verdict: VerifyVerdict): void
  rotated(verdict: RotationVerdict): void
  /** Sessions that were not revoked before. */
  revoked(reason: RevocationReason, sessions: number): void
  /** A revocation holds on every instance, so many milliseconds after its commit. */
  held(lagMs: number): void
  unconfirmed(): void
  /** A poll of the feed that began at that moment of the monotonic clock has brought so many rows. */
  polled(beganAtMs: number, tookMs: number, rows: number): void
}
