import { describe, expect, it } from 'vitest'
import type { CacheReading } from '../../../src/session/ports.ts'
import type { Snapshot } from '../../../src/session/session.ts'
import { sha256 } from '../../../src/session/token/secrets.ts'
import { snapshotLifetimeMs, snapshotOf, snapshotThatServes } from '../../../src/session/verify/snapshot.ts'
import { policy, sessionId, sessionState } from '../../support/domain.ts'

const now = 1_800_000_000_000
const context = { now, lifetimeMs: () => 5_000, graceStillRuns: () => false }

function token(text = 'access 1', expiresAt = now + 900_000) {
  return { text, hash: sha256(text).toString('base64'), sessionId, expiresAt }
}

function reading(
  changes: Partial<Snapshot> = {},
  revoked: 'user' | null = null,
  changedAt: number | null = null,
): CacheReading {
  return {
    kind: 'read',
    occupied: true,
    revoked,
    changedAt,
    continuity: null,
    snapshot: { ...snapshotOf(sessionState(now), []), ...changes },
  }
}

describe('a snapshot', () => {
  it('serves the current access token while it is young', () => {
    expect(snapshotThatServes(reading(), token(), context)?.id).toBe(sessionId)
  })

  it('does not serve once it is too old, counted from the read behind it', () => {
    expect(snapshotThatServes(reading({ readAt: now - 4_999 }), token(), context)).not.toBeNull()
    expect(snapshotThatServes(reading({ readAt: now - 5_000 }), token(), context)).toBeNull()
  })

  it('does not serve a session that is marked as revoked', () => {
    expect(snapshotThatServes(reading({}, 'user'), token(), context)).toBeNull()
  })

  it('does not serve when it was read before the session or its user was changed, or at that moment', () => {
    const readAt = (at: number) => reading({ readAt: at }, null, now - 100)
    expect(snapshotThatServes(readAt(now - 101), token(), context)).toBeNull()
    expect(snapshotThatServes(readAt(now - 100), token(), context)).toBeNull()
    expect(snapshotThatServes(readAt(now - 99), token(), context)).not.toBeNull()
  })

  it('does not serve past the limit of the session or of the token', () => {
    expect(snapshotThatServes(reading({ expiresAt: now }), token(), context)).toBeNull()
    expect(snapshotThatServes(reading(), token('access 1', now), context)).toBeNull()
  })

  it('serves the previous access token only within the grace', () => {
    expect(snapshotThatServes(reading(), token('access 0'), context)).toBeNull()
    const inGrace = { ...context, graceStillRuns: (at: number) => at === now - 60_000 }
    expect(snapshotThatServes(reading(), token('access 0'), inGrace)).not.toBeNull()
    expect(snapshotThatServes(reading(), token('access -1'), inGrace)).toBeNull()
  })

  it('does not serve when the cache is away or has none', () => {
    expect(snapshotThatServes({ kind: 'away' }, token(), context)).toBeNull()
    const none = { snapshot: null, revoked: null, changedAt: null, continuity: null }
    const empty = { kind: 'read', occupied: false, ...none } as const
    expect(snapshotThatServes(empty, token(), context)).toBeNull()
  })

  it('lives for the cache lifetime, and never past the idle timeout', () => {
    const policies = new Map([
      ['portal', policy],
      ['short', { ...policy, idleTimeoutSeconds: 3 }],
    ])
    expect(snapshotLifetimeMs(policies, 'portal', 300)).toBe(300_000)
    expect(snapshotLifetimeMs(policies, 'portal', 2)).toBe(2_000)
    expect(snapshotLifetimeMs(policies, 'short', 300)).toBe(3_000)
    expect(snapshotLifetimeMs(policies, 'gone', 300)).toBe(0)
  })
})
