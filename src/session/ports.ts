import type { Instant } from '../clock.ts'
import type { DeviceFacts } from './device/device.ts'
import type { SecurityEvent } from './events.ts'
import type { IdleDeadlines } from './policy.ts'
import type { RedisContinuity } from './revocation/lease.ts'
import type {
  Actor,
  NewSession,
  Renewal,
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
  /** The entry of a revoked session on the feed, one statement by primary key; null when there is none. */
  findRevocation(sessionId: string): Promise<Revoked | null>
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

/** Statements that commit together. Locks: the user's row first, then sessions in the order of their ids. */
export type Transaction = {
  /** Locks the user's row; null when there is none. */
  lockUser(userId: string): Promise<LockedUser | null>
  /**
   * The same, and in the same round trip what a new session depends on, read behind the lock. `device` is the one to
   * look for among the user's sessions; null: whether it is known does not matter.
   */
  lockUserToStart(
    userId: string,
    idle: IdleDeadlines,
    device: DeviceFacts | null,
  ): Promise<StartingPoint | null>
  /** Locks all of the user's sessions that are not revoked (or were lately), idle or not; their ids in that order. */
  lockSessions(userId: string): Promise<string[]>
  /** In one statement: the session, and the events that tell of it. */
  insertSession(
    session: NewSession,
    events: readonly SecurityEvent[],
  ): Promise<{ refreshExpiresAt: Instant; expiresAt: Instant }>
  /**
   * In one statement: marks what is not revoked yet and records its event, and puts every session on the feed; a
   * session's first reason stays. One event a session.
   */
  revoke(events: readonly SecurityEvent[], by: { reason: RevocationReason; actor: Actor }): Promise<Revoked[]>
  /** Puts a session on the feed that has no row. */
  revokeLost(sessionId: string, by: { reason: RevocationReason; actor: Actor }): Promise<Revoked>
  /** One compare-and-set; the moment of the rotation, or null when the row is no longer as expected. */
  rotate(rotation: Rotation): Promise<Instant | null>
  /** The same compare-and-set; false when the row is no longer as expected. */
  renew(renewal: Renewal): Promise<boolean>
  /** Puts the user on the feed: no snapshot that was read before counts any more. The transaction's number. */
  announceUser(userId: string): Promise<string>
  /** False when it is noted already that a token of before the last password change has come back. */
  noteFormerToken(sessionId: string): Promise<boolean>
  /** False when the session is marked already, or revoked. */
  markContextChanged(sessionId: string): Promise<boolean>
  record(events: readonly SecurityEvent[]): Promise<void>
}

/** A session that is revoked now; `isNew`: it was not before. `xid` is the transaction that put it on the feed. */
export type Revoked = { sessionId: string; reason: RevocationReason; isNew: boolean; xid: string }

export type LockedUser = { roles: readonly string[]; disabled: boolean; passwordHash: string | null }

export type StartingPoint = {
  user: LockedUser
  /** Least recently active first. */
  liveSessions: readonly { id: string; clientType: string }[]
  /** Of all the sessions that are still in the table, one began on such a device. False when none was looked for. */
  knowsDevice: boolean
}

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
      /** The session or its user was changed: a snapshot that was read then or before does not count. Null: never. */
      changedAt: Instant | null
      /** Which server answered, unbroken since when. */
      continuity: RedisContinuity
    }

/** The run id of the Redis that has confirmed every mark; null when none has, or not all on the same. */
export type MarkedOn = string | null

/** Redis, as the domain needs it. Nothing here ever throws: a cache that is away is an answer. */
export type SessionCache = {
  read(sessionId: string): Promise<CacheReading>
  /** Writes a snapshot; without `replace` only where none stands. */
  fill(snapshot: Snapshot, options: { replace: boolean }): Promise<void>
  /** Writes the snapshot of a session that was rotated just now, and tells the other instances. */
  rotated(snapshot: Snapshot): Promise<void>
  /** Deletes the snapshots, marks the sessions as revoked, and hints at it. */
  revoke(sessions: readonly { sessionId: string; reason: RevocationReason }[]): Promise<MarkedOn>
  /**
   * Deletes the snapshots, and marks the sessions: what was read at `changedAt` or before does not count any more,
   * whenever it is written. The mark of a revocation stays, and so does that of a later change.
   */
  markChanged(sessionIds: readonly string[], changedAt: Instant): Promise<MarkedOn>
  /** Tells the other instances that there is something to read on the feed. */
  hint(): void
}
