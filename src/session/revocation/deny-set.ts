import { BlockList, isIPv6 } from 'node:net'
import type { Instant } from '../../clock.ts'
import type { RevocationReason } from '../session.ts'

/** What decides whether a session is revoked, whoever asks: Redis' snapshot or Postgres' row. */
export type SessionFacts = {
  id: string
  clientType: string
  ipAddress: string | null
  createdAt: Instant
}

/** A bulk revocation, as the feed tells of it. */
export type Cutoff = {
  id: string
  scope: 'client_type' | 'ip' | 'issued_before' | 'all'
  subject: string | null
  issuedBefore: Instant
}

/**
 * Revocations that this instance knows of. No snapshot serves a session that is in here, whatever Redis has lost,
 * kept or brought back. Times are of the monotonic clock, in milliseconds.
 */
export type DenySet = {
  /** An entry lives for the window, counted from when it was seen. */
  add(sessionId: string, reason: RevocationReason, seenAt: number): void
  addCutoff(cutoff: Cutoff, seenAt: number): void
  /** Null: nothing is known against it. */
  reasonFor(session: SessionFacts): RevocationReason | null
  /** The same when no more is known of the session than its id. */
  reasonForId(sessionId: string): RevocationReason | null
  /** The roles of a user have changed: what was read before that moment of the database's clock has the older ones. */
  distrust(userId: string, readBefore: Instant, seenAt: number): void
  /** The database has changed servers: what was read before that moment may be of commits that are lost. */
  distrustAll(readBefore: Instant): void
  /** Whether a snapshot was read before a change of its user's roles, or of servers; then Postgres is asked. */
  isOutdated(snapshot: { userId: string; readAt: Instant }): boolean
  /** Drops what no snapshot can be older than. */
  expire(now: number): void
  size(): number
}

/** `windowMs`: the longest that a snapshot may live, and a minute. */
export function createDenySet(windowMs: number): DenySet {
  // In the order of `seenAt`, as a Map keeps the order of insertion.
  const sessions = new Map<string, { reason: RevocationReason; seenAt: number }>()
  const cutoffs = new Map<string, { covers: (session: SessionFacts) => boolean; seenAt: number }>()

  const users = new Map<string, { readBefore: Instant; seenAt: number }>()
  let trustedSince = Number.NEGATIVE_INFINITY

  return {
    add(sessionId, reason, seenAt) {
      const known = sessions.get(sessionId)
      sessions.delete(sessionId)
      sessions.set(sessionId, { reason: known?.reason ?? reason, seenAt })
    },
    addCutoff(cutoff, seenAt) {
      cutoffs.delete(cutoff.id)
      cutoffs.set(cutoff.id, { covers: coverage(cutoff), seenAt })
    },
    reasonFor(session) {
      const entry = sessions.get(session.id)
      if (entry !== undefined) return entry.reason
      for (const { covers } of cutoffs.values()) if (covers(session)) return 'bulk'
      return null
    },
    reasonForId: sessionId => sessions.get(sessionId)?.reason ?? null,
    distrust(userId, readBefore, seenAt) {
      const known = users.get(userId)?.readBefore ?? readBefore
      users.delete(userId)
      users.set(userId, { readBefore: Math.max(known, readBefore), seenAt })
    },
    distrustAll(readBefore) {
      trustedSince = Math.max(trustedSince, readBefore)
    },
    isOutdated({ userId, readAt }) {
      if (readAt <= trustedSince) return true
      const change = users.get(userId)
      return change !== undefined && readAt <= change.readBefore
    },
    expire(now) {
      for (const entries of [sessions, cutoffs, users]) {
        for (const [key, { seenAt }] of entries) {
          if (now - seenAt < windowMs) break
          entries.delete(key)
        }
      }
    },
    size: () => sessions.size + cutoffs.size + users.size,
  }
}

function coverage({ scope, subject, issuedBefore }: Cutoff): (session: SessionFacts) => boolean {
  const older = (session: SessionFacts) => session.createdAt < issuedBefore
  switch (scope) {
    case 'client_type':
      return session => older(session) && session.clientType === subject
    case 'ip': {
      const network = networkOf(subject ?? '')
      return session => older(session) && session.ipAddress !== null && network(session.ipAddress)
    }
    case 'issued_before':
    case 'all':
      return older
  }
}

/** An address, or a network like 192.0.2.0/24. As in Postgres, no network of one family covers the other. */
function networkOf(subject: string): (address: string) => boolean {
  const [address = '', bits] = subject.split('/')
  const family = (text: string) => (isIPv6(text) ? 'ipv6' : 'ipv4')
  const list = new BlockList()
  const longest = isIPv6(address) ? 128 : 32
  list.addSubnet(address, bits === undefined ? longest : Number(bits), family(address))
  return other => family(other) === family(address) && list.check(other, family(other))
}
