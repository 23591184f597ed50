import QuickLRU from 'quick-lru'
import type { Refusal } from './rotation.ts'

/** Why a refresh was refused that no later one can have either. */
export type SessionEnd = Extract<Refusal, { kind: 'revoked' | 'session_expired' }>

/** Sessions that were found to have ended, so that their tokens cost one read a minute and not one each. */
export type EndedSessions = {
  /** Null: it is live, or was not asked about within the minute. */
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
