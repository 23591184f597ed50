import { describe, expect, it } from 'vitest'
import { createContinuity } from '../../../src/session/continuity.ts'
import {
  activityStepSeconds,
  checkSession,
  type Downtime,
  idleDeadlines,
  idleLimitMs,
  isInGrace,
} from '../../../src/session/policy.ts'
import { policy, sessionState } from '../../support/domain.ts'

const now = 1_800_000_000_000
const noDowntime = () => 0

describe('checkSession', () => {
  it('says live within all limits', () => {
    expect(checkSession(sessionState(now), policy, now, noDowntime)).toEqual({ kind: 'live' })
  })

  it('ends a session at its idle limit, plus what an activity may be late in the database', () => {
    const limitMs = (1_800 + 60 + 5) * 1_000
    expect(idleLimitMs(policy)).toBe(limitMs)
    const idleFor = (ms: number) =>
      checkSession(sessionState(now, { lastActivityAt: now - ms }), policy, now, noDowntime)
    expect(idleFor(limitMs - 1)).toEqual({ kind: 'live' })
    expect(idleFor(limitMs)).toEqual({ kind: 'expired', limit: 'idle' })
  })

  it('does not count time without the database as idle', () => {
    const session = sessionState(now, { lastActivityAt: now - 2_000_000 })
    expect(checkSession(session, policy, now, noDowntime)).toEqual({ kind: 'expired', limit: 'idle' })
    expect(checkSession(session, policy, now, () => 300_000)).toEqual({ kind: 'live' })
  })

  it('ends a session at its absolute limit, whatever its activity', () => {
    const session = sessionState(now, { expiresAt: now, lastActivityAt: now })
    expect(checkSession(session, policy, now, () => 1e9)).toEqual({ kind: 'expired', limit: 'absolute' })
  })

  it('ends a session of a client type that is no longer configured', () => {
    expect(checkSession(sessionState(now), undefined, now, noDowntime)).toEqual({
      kind: 'expired',
      limit: 'absolute',
    })
  })

  it.each([
    ['nothing was down', []],
    [
      'there were outages',
      [
        { from: now - 7_200_000, to: now - 1_800_000 },
        { from: now - 9_000, to: now },
      ],
    ],
  ])('lists live sessions by the very limit by which it judges them, when %s', (_when, outages) => {
    const { before, downtime, learn } = createContinuity()
    learn(outages)
    const [deadline] = idleDeadlines(new Map([['portal', policy]]), now, before)
    const activeSince = deadline?.activeSince ?? 0
    const judge = (lastActivityAt: number) =>
      checkSession(sessionState(now, { lastActivityAt }), policy, now, downtime).kind
    expect(judge(activeSince)).toBe('expired')
    expect(judge(activeSince + 1)).toBe('live')
  })
})

describe('a grace', () => {
  const rotatedAt = now - 600_000
  const isOpen = (at: number, downtime: Downtime) => isInGrace(rotatedAt, at, 30, downtime)

  it('lasts for its seconds, and none when there are none', () => {
    expect(isOpen(rotatedAt + 29_999, noDowntime)).toBe(true)
    expect(isOpen(rotatedAt + 30_000, noDowntime)).toBe(false)
    expect(isInGrace(rotatedAt, rotatedAt, 0, noDowntime)).toBe(false)
  })

  it('stands still during an outage, and goes on where it was', () => {
    const { downtime, learn } = createContinuity()
    learn([{ from: rotatedAt + 10_000, to: rotatedAt + 500_000 }])
    expect(isOpen(rotatedAt + 300_000, downtime)).toBe(true)
    expect(isOpen(rotatedAt + 519_999, downtime)).toBe(true)
    expect(isOpen(rotatedAt + 520_000, downtime)).toBe(false)
  })

  it('that was over before an outage stays over during it and after it', () => {
    const { downtime, learn } = createContinuity()
    learn([{ from: rotatedAt + 30_000, to: rotatedAt + 500_000 }])
    for (const at of [30_000, 300_000, 500_000, 500_001]) expect(isOpen(rotatedAt + at, downtime)).toBe(false)
  })
})

describe('activityStepSeconds', () => {
  it('is a minute, or a twentieth of a short idle timeout', () => {
    expect(activityStepSeconds(policy)).toBe(60)
    expect(activityStepSeconds({ ...policy, idleTimeoutSeconds: 200 })).toBe(10)
  })
})
