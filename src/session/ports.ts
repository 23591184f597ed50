import type { Instant } from '../clock.ts'
import type { SecurityEvent } from './events.ts'
import type { RedisContinuity } from './lease.ts'
import type { IdleDeadlines } from './policy.ts'
import type {
  Actor,
  NewSession,
  RevocationReason,
  Rotation,
  Session,
  SessionState,
  Snapshot,
} from './session.ts'

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
  /** The renamed session; null when this user has no such live one. */
  rename(sessionId: string, userId: string, deviceName: string, idle: IdleDeadlines): Promise<Session | null>
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
  /** Locks all of the user's sessions that are not revoked (or were lately), idle or not; their ids in that order. */
  lockSessions(userId: string): Promise<string[]>
  /** The user's live sessions, least recently active first. */
  liveSessions(userId: string, idle: IdleDeadlines): Promise<{ id: string; clientType: string }[]>
  insertSession(session: NewSession): Promise<{ refreshExpiresAt: Instant; expiresAt: Instant }>
  /** Marks what is not revoked yet, and puts every session on the feed; a session's first reason stays. */
  revoke(sessionIds: readonly string[], by: { reason: RevocationReason; actor: Actor }): Promise<Revoked[]>
  /** One compare-and-set; the moment of the rotation, or null when the row is no longer as expected. */
  rotate(rotation: Rotation): Promise<Instant | null>
  updateUser(userId: string, change: { passwordHash?: string; disabled?: boolean }): Promise<void>
  /** Deletes the user and blanks personal data in what must stay: sessions and events. */
  deleteUser(userId: string): Promise<void>
  record(events: readonly SecurityEvent[]): Promise<void>
}

export type NewUser = { id: string; email: string; passwordHash: string | null; roles: readonly string[] }

/** A session that is revoked now; `isNew`: it was not before. `xid` is the transaction that put it on the feed. */
export type Revoked = { sessionId: string; reason: RevocationReason; isNew: boolean; xid: string }

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
      /** Which server answered, unbroken since when. */
      continuity: RedisContinuity
    }

/** Redis, as the domain needs it. Nothing here ever throws: a cache that is away is an answer. */
export type SessionCache = {
  read(sessionId: string): Promise<CacheReading>
  /** Writes a snapshot; without `replace` only where none stands. */
  fill(snapshot: Snapshot, options: { replace: boolean }): Promise<void>
  /** Deletes the snapshots, marks the sessions as revoked, and hints at it; true when Redis confirmed every mark. */
  revoke(sessions: readonly { sessionId: string; reason: RevocationReason }[]): Promise<boolean>
  /** Deletes the snapshots, and hints at it; true when Redis confirmed it. */
  forget(sessionIds: readonly string[]): Promise<boolean>
  /** Tells the other instances that there is something to read on the feed. */
  hint(): void
}
