import { describe, expect, it } from 'vitest'
import type { PeekedToken } from '../../../src/session/token/access-token.ts'
import { createNearCache } from '../../../src/session/verify/near-cache.ts'
import { snapshotOf } from '../../../src/session/verify/snapshot.ts'
import { sessionId, sessionState } from '../../support/domain.ts'

const snapshot = snapshotOf(sessionState(1_800_000_000_000), [])

function token(hash: string): PeekedToken {
  return { hash, sessionId, expiresAt: 1_800_000_900_000 }
}

describe('a near cache', () => {
  it('keeps a token for its lifetime, and no longer', () => {
    const cache = createNearCache({ maxSessions: 10, lifetimeMs: 30_000 })
    cache.keep(token('current'), snapshot, 1_000)
    expect(cache.read('current', 30_999)?.reading).toMatchObject({ kind: 'read', snapshot })
    expect(cache.read('current', 31_000)).toBeNull()
  })

  it('knows a session by the very token that was asked about', () => {
    const cache = createNearCache({ maxSessions: 10, lifetimeMs: 30_000 })
    cache.keep(token('current'), snapshot, 1_000)
    expect(cache.read('another', 1_000)).toBeNull()
  })

  it('forgets a session that was rotated, and what was asked before that', () => {
    const cache = createNearCache({ maxSessions: 10, lifetimeMs: 30_000 })
    cache.keep(token('current'), snapshot, 1_000)
    cache.forget(sessionId, 1_001)
    expect(cache.read('current', 1_002)).toBeNull()
    cache.keep(token('current'), snapshot, 1_000)
    expect(cache.read('current', 1_002)).toBeNull()
    cache.keep(token('current'), snapshot, 1_002)
    expect(cache.read('current', 1_003)).not.toBeNull()
  })

  it('vouches for nothing by a Redis: what it has counts for the lease alone', () => {
    const cache = createNearCache({ maxSessions: 10, lifetimeMs: 30_000 })
    cache.keep(token('current'), snapshot, 1_000)
    expect(cache.read('current', 1_000)?.reading).toMatchObject({ continuity: null })
  })

  it('does not hold the text of a token', () => {
    const cache = createNearCache({ maxSessions: 10, lifetimeMs: 30_000 })
    cache.keep(token('current'), snapshot, 1_000)
    expect(JSON.stringify(cache.read('current', 1_000))).not.toContain('a token')
  })

  it('keeps at most twice as many as it may', () => {
    const cache = createNearCache({ maxSessions: 10, lifetimeMs: 30_000 })
    const hashes = Array.from({ length: 100 }, (_, at) => `token ${at}`)
    for (const hash of hashes) cache.keep(token(hash), snapshot, 1_000)
    const kept = hashes.filter(hash => cache.read(hash, 1_000) !== null)
    expect(kept.length).toBeLessThanOrEqual(20)
    expect(kept).toContain('token 99')
  })

  it('of no size keeps nothing', () => {
    const cache = createNearCache({ maxSessions: 0, lifetimeMs: 30_000 })
    cache.keep(token('current'), snapshot, 1_000)
    expect(cache.read('current', 1_000)).toBeNull()
  })
})
