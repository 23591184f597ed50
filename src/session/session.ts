import type { Instant } from '../clock.ts'
import type { ClientHints } from './device/client-hints.ts'
import type { DeviceFacts } from './device/device.ts'

/** Why a session was revoked. The list is part of the HTTP contract. */
export const revocationReasons = [
  'logout',
  'user',
  'others',
  'admin',
  'password_changed',
  'session_limit',
  'refresh_reused',
  'user_disabled',
  'user_deleted',
  'bulk',
  'token_revoked',
] as const

export type RevocationReason = (typeof revocationReasons)[number]

/** Where a request came from. Client Hints are read with the user agent, and not kept. */
export type Origin = { ipAddress: string | null; userAgent: string | null; clientHints?: ClientHints }

/** Who did something: a user's id, `service:NAME`, `cli`, `system` for a rule of ours, or `anonymous`. */
export type Actor = string

/** Who did something and where the request came from. A command has no address and no agent. */
export type DoneBy = { actor: Actor; origin: Origin }

/** A session as its owner sees it. */
export type Session = {
  id: string
  userId: string
  clientType: string
  authMethod: string
  deviceName: string | null
  device: DeviceFacts
  ipAddress: string | null
  userAgent: string | null
  createdAt: Instant
  lastActivityAt: Instant
  expiresAt: Instant
  revokedAt: Instant | null
  revokedReason: RevocationReason | null
  /** When a refresh first came from a context unlike that of the sign-in; null: never. */
  contextChangedAt: Instant | null
}

/** All that decides about a session, as one statement read it from the primary. Hashes are SHA-256. */
export type SessionState = {
  id: string
  userId: string
  clientType: string
  authMethod: string
  ipAddress: string | null
  userAgent: string | null
  accessTokenHash: Buffer
  previousAccessTokenHash: Buffer | null
  refreshTokenHash: Buffer
  previousRefreshTokenHash: Buffer | null
  familyHash: Buffer
  /** Of before password changes, newest first: their tokens give no access, but are still known to be the session's. */
  formerFamilyHashes: readonly Buffer[]
  /** When a token of before the last password change first came back; null: none has. */
  formerTokenSeenAt: Instant | null
  successorSealed: Buffer | null
  /** Generation of the current refresh token; 0 at sign-in. */
  rotation: number
  rotatedAt: Instant
  createdAt: Instant
  authenticatedAt: Instant
  lastActivityAt: Instant
  refreshExpiresAt: Instant
  expiresAt: Instant
  revokedAt: Instant | null
  revokedReason: RevocationReason | null
  contextChangedAt: Instant | null
  /** A bulk revocation covers this session, whether or not its row has been marked yet. */
  cutOff: boolean
  user: { roles: readonly string[]; disabled: boolean } | null
  /** `transaction_timestamp()` of the read. */
  readAt: Instant
}

/** What verify needs to say yes, as it is kept in Redis. Immutable: replaced, never touched or extended. */
export type Snapshot = {
  id: string
  userId: string
  roles: readonly string[]
  clientType: string
  ipAddress: string | null
  createdAt: Instant
  lastActivityAt: Instant
  expiresAt: Instant
  /** base64 of SHA-256. */
  accessTokenHash: string
  previousAccessTokenHash: string | null
  /** The previous access token may still be used by requests in flight, for the grace from here. */
  rotatedAt: Instant
  /** `transaction_timestamp()` of the read behind it; its age counts from here. */
  readAt: Instant
}

/** What an access or refresh token pair looks like to its holder. */
export type TokenPair = {
  accessToken: string
  refreshToken: string
  accessExpiresAt: Instant
  refreshExpiresAt: Instant
}

export type NewSession = {
  id: string
  userId: string
  clientType: string
  authMethod: string
  deviceName: string | null
  device: DeviceFacts
  origin: Origin
  accessTokenHash: Buffer
  refreshTokenHash: Buffer
  familyHash: Buffer
  refreshLifetimeSeconds: number
  absoluteLifetimeSeconds: number
}

/**
 * The change that a rotation makes to a session's row, if the row is still as it was when it was read. The access token
 * of the row becomes the previous one; the family stays.
 */
export type Rotation = {
  sessionId: string
  expected: { refreshTokenHash: Buffer; rotation: number }
  rotation: number
  accessTokenHash: Buffer
  refreshTokenHash: Buffer
  previousRefreshTokenHash: Buffer
  successorSealed: Buffer
  refreshExpiresAt: Instant
  countsAsActivity: boolean
}

/**
 * The change that a password change makes, under the same condition: nothing that was issued before gives access any
 * more. No successor is kept, for no token of before may fetch it.
 */
export type Renewal = Pick<
  Rotation,
  'sessionId' | 'expected' | 'rotation' | 'accessTokenHash' | 'refreshTokenHash' | 'refreshExpiresAt'
> & { familyHash: Buffer; formerFamilyHashes: readonly Buffer[] }
