import { describe, expect, it } from 'vitest'
import { createContinuity } from '../../../src/session/continuity.ts'
import { activityStepSeconds, checkSession, idleDeadlines, idleLimitMs } from '../../../src/session/policy.ts'
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

  it('lists live sessions by the very limit by which it judges them', () => {
    const [deadline] = idleDeadlines(new Map([['portal', policy]]), now, noDowntime)
    const activeSince = deadline?.activeSince ?? 0
    const judge = (lastActivityAt: number) =>
      checkSession(sessionState(now, { lastActivityAt }), policy, now, noDowntime).kind
    expect(judge(activeSince)).toBe('expired')
    expect(judge(activeSince + 1)).toBe('live')
  })
})

describe('activityStepSeconds', () => {
  it('is a minute, or a twentieth of a short idle timeout', () => {
    expect(activityStepSeconds(policy)).toBe(60)
    expect(activityStepSeconds({ ...policy, idleTimeoutSeconds: 200 })).toBe(10)
  })
})

describe('continuity', () => {
  it('begins with the first answer of the database, and anew after an outage', () => {
    const continuity = createContinuity()
    continuity.reached(1_000)
    expect(continuity.since()).toBe(1_000)
    continuity.reached(2_000)
    expect(continuity.since()).toBe(1_000)
    continuity.missed()
    continuity.missed()
    continuity.reached(5_000)
    expect(continuity.since()).toBe(5_000)
  })

  it('is not broken by one slow answer: that must not open a grace anew', () => {
    const continuity = createContinuity()
    continuity.reached(1_000)
    continuity.missed()
    continuity.reached(2_000)
    continuity.missed()
    continuity.reached(3_000)
    expect(continuity.since()).toBe(1_000)
    expect(continuity.downtime(0, 3_000)).toBe(0)
  })

  it('knows how much of an interval was an outage, one that still lasts included', () => {
    const continuity = createContinuity()
    continuity.missed()
    continuity.missed()
    continuity.reached(10_000)
    expect(continuity.downtime(0, 10_000)).toBe(0)
    continuity.missed()
    continuity.missed()
    continuity.reached(15_000)
    expect(continuity.downtime(0, 20_000)).toBe(5_000)
    expect(continuity.downtime(12_000, 13_000)).toBe(1_000)
    expect(continuity.downtime(15_000, 20_000)).toBe(0)
    continuity.reached(30_000)
    continuity.missed()
    continuity.missed()
    expect(continuity.downtime(0, 40_000)).toBe(15_000)
  })
})
