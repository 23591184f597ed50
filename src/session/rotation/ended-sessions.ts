import QuickLRU from 'quick-lru'
import type { Refusal } from './rotation.ts'

/** Final: the first reason of a revocation stays. An expired session may still be revoked. */
export type SessionEnd = Extract<Refusal, { kind: 'revoked' }>

/** Sessions that were found to be revoked, so that their tokens cost one read a minute and not one each. */
export type EndedSessions = {
  /** Null: it was not found to be revoked within the minute. */
  read(sessionId: string): SessionEnd | null
  remember(sessionId: string, end: SessionEnd): void
}

/** About 150 bytes each, and for a while up to twice as many. */
const sessionsKept = 20_000
const keptMs = 60_000

export function createEndedSessions(): EndedSessions {
  const ends = new QuickLRU<string, SessionEnd>({ maxSize: sessionsKept, maxAge: keptMs })
  return {
    read: sessionId => ends.get(sessionId) ?? null,
    remember(sessionId, end) {
      ends.set(sessionId, end)
    },
  }
}
