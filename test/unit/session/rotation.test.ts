import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideRotation, type RotationContext } from '../../../src/session/rotation/rotation.ts'
import type { SessionState } from '../../../src/session/session.ts'
import { sha256 } from '../../../src/session/token/secrets.ts'
import { mint, policy, secretRing, sessionState } from '../../support/domain.ts'

const now = 1_800_000_000_000
const ring = secretRing()
const context: RotationContext = {
  now,
  arrivedAt: now,
  graceSeconds: 30,
  policy,
  downtime: () => 0,
}

/** A session at generation 5, rotated ten seconds ago, and real tokens of its family. */
function lineage(changes: Partial<SessionState> = {}) {
  const current = mint(ring, 5)
  const previous = mint(ring, 4, current.family)
  const session = sessionState(now, {
    rotation: 5,
    rotatedAt: now - 10_000,
    refreshTokenHash: current.hash,
    previousRefreshTokenHash: previous.hash,
    familyHash: sha256(current.family),
    ...changes,
  })
  return { session, current, previous, family: current.family }
}

function decide(
  token: { token: Parameters<typeof decideRotation>[0] },
  session: SessionState | null,
  changes = {},
) {
  return decideRotation(token.token, session, { ...context, ...changes }).kind
}

describe('decideRotation', () => {
  it('rotates the current token', () => {
    const { session, current } = lineage()
    expect(decide(current, session)).toBe('rotate')
  })

  it('replays the successor of the immediate predecessor within the grace, and not after it', () => {
    const { session, previous } = lineage()
    expect(decide(previous, session, { now: session.rotatedAt + 29_999 })).toBe('replay')
    expect(decide(previous, session, { now: session.rotatedAt + 30_000 })).toBe('reuse')
  })

  it('replays after an outage what was in its grace before it, and finds reuse in what was not', () => {
    const { session, previous } = lineage({ rotatedAt: now - 600_000 })
    const outage = (from: number, to: number) => (since: number, until: number) =>
      Math.max(0, Math.min(until, to) - Math.max(since, from))
    expect(decide(previous, session, { downtime: outage(now - 590_000, now - 10_000) })).toBe('replay')
    expect(decide(previous, session, { downtime: outage(now - 590_000, now - 20_000) })).toBe('reuse')
    expect(decide(previous, session, { downtime: outage(now - 570_000, now) })).toBe('reuse')
  })

  it('finds reuse in a token two generations back, even within the grace', () => {
    const { session, family } = lineage()
    expect(decide(mint(ring, 3, family), session)).toBe('reuse')
  })

  it('finds reuse in a fork: a token of ours with a generation that another one has', () => {
    const { session, family } = lineage()
    expect(decide(mint(ring, 5, family), session)).toBe('reuse')
    expect(decide(mint(ring, 4, family), session)).toBe('reuse')
  })

  it('calls a request late, not a thief, when it arrived before the last rotation', () => {
    const { session, family } = lineage()
    const arrivedAt = session.rotatedAt - 1
    expect(decide(mint(ring, 3, family), session, { arrivedAt })).toBe('late')
    expect(decide(mint(ring, 3, family), session, { arrivedAt: session.rotatedAt })).toBe('reuse')
  })

  it('goes on from a newer generation than the row has: the database has lost commits', () => {
    const { session, family } = lineage()
    expect(decide(mint(ring, 6, family), session)).toBe('ahead')
    expect(decide(mint(ring, 4_000_000_000, family), session)).toBe('ahead')
  })

  it('refuses a token with a valid tag but another family: made with the secret alone', () => {
    const { session } = lineage()
    for (const generation of [0, 3, 4, 5, 6]) {
      const decision = decideRotation(mint(ring, generation).token, session, context)
      expect(decision).toEqual({ kind: 'refuse', because: { kind: 'not_ours' } })
    }
  })

  it('gives no token of before a password change anything, whatever its generation, and says that it is one', () => {
    const former = mint(ring, 4)
    const { session } = lineage({ formerFamilyHashes: [sha256('an older one'), sha256(former.family)] })
    for (const generation of [0, 3, 4, 5, 6]) {
      expect(decide(mint(ring, generation, former.family), session)).toBe('outdated')
    }
    expect(decide(former, session, { arrivedAt: session.rotatedAt - 1 })).toBe('late')
  })

  it('gives the last token of before a password change by version 0.1 nothing either', () => {
    const former = mint(ring, 4)
    const { session } = lineage({ previousRefreshTokenHash: former.hash })
    expect(decide(former, session)).toBe('outdated')
  })

  it.each([
    ['revoked', { revokedAt: now - 1, revokedReason: 'user' as const }, { kind: 'revoked', reason: 'user' }],
    ['cut off', { cutOff: true }, { kind: 'revoked', reason: 'bulk' }],
    ['of a deleted user', { user: null }, { kind: 'revoked', reason: 'user_deleted' }],
    [
      'of a disabled user',
      { user: { roles: [], disabled: true } },
      { kind: 'revoked', reason: 'user_disabled' },
    ],
    ['past its absolute limit', { expiresAt: now }, { kind: 'session_expired' }],
    ['idle', { lastActivityAt: now - 1_865_000 }, { kind: 'session_expired' }],
    ['past its refresh lifetime', { refreshExpiresAt: now }, { kind: 'token_expired' }],
  ])('refuses every token of a session that is %s, the grace notwithstanding', (_what, changes, because) => {
    const { session, current, previous, family } = lineage(changes)
    for (const { token } of [current, previous, mint(ring, 3, family), mint(ring, 6, family)]) {
      expect(decideRotation(token, session, context)).toEqual({ kind: 'refuse', because })
    }
  })

  it('says that the session has expired when its row is gone', () => {
    expect(decideRotation(mint(ring, 1).token, null, context)).toEqual({
      kind: 'refuse',
      because: { kind: 'session_expired' },
    })
  })

  it('never rotates or replays anything but the current token and its immediate predecessor', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 0, max: 1_010 }),
        fc.integer({ min: 0, max: 120_000 }),
        fc.integer({ min: -5_000, max: 5_000 }),
        fc.boolean(),
        (rotation, generation, sinceRotationMs, arrivedAfterMs, genuine) => {
          const current = mint(ring, rotation)
          const previous = mint(ring, rotation - 1, current.family)
          const session = sessionState(now, {
            rotation,
            rotatedAt: now - sinceRotationMs,
            refreshTokenHash: current.hash,
            previousRefreshTokenHash: previous.hash,
            familyHash: sha256(current.family),
          })
          const known = new Map([
            [rotation, current],
            [rotation - 1, previous],
          ])
          const presented =
            (genuine ? known.get(generation) : undefined) ?? mint(ring, generation, current.family)
          const { kind } = decideRotation(presented.token, session, {
            ...context,
            arrivedAt: now - sinceRotationMs + arrivedAfterMs,
          })
          expect(kind === 'rotate').toBe(presented === current)
          expect(kind === 'replay').toBe(presented === previous && sinceRotationMs < 30_000)
          expect(kind === 'ahead').toBe(generation > rotation)
          if (kind === 'late') expect(arrivedAfterMs).toBeLessThan(0)
          if (kind === 'reuse') expect(arrivedAfterMs).toBeGreaterThanOrEqual(0)
        },
      ),
    )
  })
})
