import type { Instant } from '../clock.ts'
import type { DeviceFacts } from './device.ts'
import type { SecurityEvent } from './events.ts'
import type { IdleDeadlines } from './policy.ts'

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

/** Where a request came from. */
export type Origin = { ipAddress: string | null; userAgent: string | null }

/** Who revoked something: a user's id, `system` for a rule of ours, or `cli`. */
export type Actor = string

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
  /** A bulk revocation covers this session, whether or not its row has been marked yet. */
  cutOff: boolean
  user: { roles: readonly string[]; disabled: boolean } | null
  /** `statement_timestamp()` of the read. */
  readAt: Instant
}

/** What verify needs to say yes, as it is kept in Redis. Immutable: replaced, never touched or extended. */
export type Snapshot = {
  sessionId: string
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
  /** `statement_timestamp()` of the read behind it; its age counts from here. */
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

/** The change that a rotation makes to a session's row, if the row is still as it was when it was read. */
export type Rotation = {
  sessionId: string
  expected: { refreshTokenHash: Buffer; rotation: number }
  rotation: number
  accessTokenHash: Buffer
  refreshTokenHash: Buffer
  previousAccessTokenHash: Buffer
  previousRefreshTokenHash: Buffer
  familyHash: Buffer
  successorSealed: Buffer
  refreshExpiresAt: Instant
  countsAsActivity: boolean
}

/** A person's sessions page by page, newest sign-in first. */
export type SessionPage = { sessions: Session[]; nextCursor: string | null }

/** Postgres, as the domain needs it. Every failure to reach it is a `store_unavailable` problem. */
export type SessionStore = {
  /** One statement by primary key; null when there is no such row. */
  find(sessionId: string): Promise<SessionState | null>
  findForOwner(sessionId: string, userId: string): Promise<Session | null>
  listLive(
    userId: string,
    idle: IdleDeadlines,
    page: { limit: number; cursor: string | null },
  ): Promise<SessionPage>
  rename(sessionId: string, userId: string, deviceName: string): Promise<boolean>
  /** One compare-and-set; the moment of the rotation, or null when the row is no longer as expected. */
  rotate(rotation: Rotation): Promise<Instant | null>
  /** Never moves an activity back, never touches a revoked session. */
  recordActivity(entries: readonly { sessionId: string; at: Instant }[]): Promise<void>
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

/** Statements that commit together. Locks: the user's row first, then sessions in the order of their ids. */
export type Transaction = {
  /** Throws `email_taken`. */
  insertUser(user: NewUser): Promise<void>
  /** Locks the user's row; null when there is none. */
  lockUser(userId: string): Promise<LockedUser | null>
  /** The user's live sessions, least recently active first. */
  liveSessions(userId: string, idle: IdleDeadlines): Promise<{ id: string; clientType: string }[]>
  insertSession(session: NewSession): Promise<{ refreshExpiresAt: Instant; expiresAt: Instant }>
  /** Marks what is not revoked yet, puts every id given on the feed, and returns the ids newly marked. */
  revoke(sessionIds: readonly string[], by: { reason: RevocationReason; actor: Actor }): Promise<string[]>
  /** One compare-and-set; the moment of the rotation, or null when the row is no longer as expected. */
  rotate(rotation: Rotation): Promise<Instant | null>
  setPasswordHash(userId: string, passwordHash: string): Promise<void>
  setDisabled(userId: string, disabled: boolean): Promise<void>
  /** Deletes the user and blanks personal data in what must stay: sessions and events. */
  deleteUser(userId: string): Promise<void>
  record(events: readonly SecurityEvent[]): Promise<void>
}

export type NewUser = { id: string; email: string; passwordHash: string | null; roles: readonly string[] }

export type LockedUser = { roles: readonly string[]; disabled: boolean; passwordHash: string | null }

/** What one round trip to the cache brought. */
export type CacheReading =
  | { kind: 'away' }
  | {
      kind: 'read'
      /** Null when there is none, or none that is ours. */
      snapshot: Snapshot | null
      /** Something stands under the snapshot's key, whether or not it is any good. */
      occupied: boolean
      revoked: RevocationReason | null
    }

/** Redis, as the domain needs it. Nothing here ever throws: a cache that is away is an answer. */
export type SessionCache = {
  read(sessionId: string): Promise<CacheReading>
  /** Writes a snapshot; without `replace` only where none stands. */
  fill(snapshot: Snapshot, options: { replace: boolean }): Promise<void>
  /** Deletes the snapshot, then marks the session as revoked; true when Redis confirmed every mark. */
  revoke(sessionIds: readonly string[], reason: RevocationReason): Promise<boolean>
}
