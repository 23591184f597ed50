import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Continuity, createContinuity, type Outage } from '../../../src/session/continuity.ts'

function down(continuity: Continuity, at: number): void {
  continuity.missed(at - 1)
  continuity.missed(at)
}

describe('continuity', () => {
  it('counts no outage for one slow answer', () => {
    const continuity = createContinuity()
    continuity.reached(1_000, 1_000)
    continuity.missed(1_500)
    continuity.reached(2_000, 2_000)
    continuity.missed(2_500)
    continuity.reached(3_000, 3_000)
    expect(continuity.downtime(0, 3_000)).toBe(0)
  })

  it('lets nothing be judged to be over before it has learned the outages on record, nor after a freeze', () => {
    const continuity = createContinuity()
    const isKnownAt = (now: number) => {
      try {
        continuity.requireKnown(now)
        return true
      } catch (error) {
        expect(error).toMatchObject({ code: 'store_unavailable' })
        return false
      }
    }
    continuity.reached(1_000, 1_000)
    expect(isKnownAt(1_000)).toBe(false)
    continuity.learn([])
    expect(isKnownAt(4_000)).toBe(true)
    // Nothing was missed, and nothing answered: this instance may have been frozen.
    expect(isKnownAt(4_001)).toBe(false)
    continuity.reached(14_000, 14_000)
    expect(isKnownAt(14_000)).toBe(true)
    // It counts what it has noticed.
    down(continuity, 15_000)
    expect(isKnownAt(60_000)).toBe(true)
  })

  it('knows how much of an interval was an outage, one that still lasts included', () => {
    const continuity = createContinuity()
    continuity.reached(9_000, 9_000)
    down(continuity, 10_000)
    expect(continuity.downtime(0, 12_000)).toBe(2_000)
    continuity.reached(15_000, 15_000)
    expect(continuity.downtime(0, 20_000)).toBe(5_000)
    expect(continuity.downtime(12_000, 13_000)).toBe(1_000)
    expect(continuity.downtime(15_000, 20_000)).toBe(0)
    down(continuity, 30_000)
    expect(continuity.downtime(0, 40_000)).toBe(15_000)
  })

  it('counts nothing from before the first answer that the database has no record of', () => {
    const continuity = createContinuity()
    down(continuity, 5_000)
    continuity.reached(10_000, 10_000)
    expect(continuity.downtime(0, 10_000)).toBe(0)
    continuity.learn([{ from: 2_000, to: 8_000 }])
    expect(continuity.downtime(0, 10_000)).toBe(6_000)
  })

  it('counts no time twice, whoever has noted it', () => {
    const continuity = createContinuity()
    continuity.learn([
      { from: 5_000, to: 8_000 },
      { from: 1_000, to: 6_000 },
      { from: 3_000, to: 2_000 },
    ])
    continuity.reached(7_500, 7_500)
    down(continuity, 7_800)
    continuity.reached(9_000, 9_000)
    expect(continuity.downtime(0, 10_000)).toBe(8_000)
  })

  it('lets no time run backwards: what was judged to be over stays over', () => {
    const step = fc.record({ after: fc.integer({ min: 1, max: 2_000 }), reached: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const continuity = createContinuity()
        continuity.reached(1, 1)
        let now = 1
        let elapsed = 0
        for (const { after, reached } of steps) {
          now += after
          const before = now - continuity.downtime(0, now)
          if (reached) continuity.reached(now, now)
          else continuity.missed(now)
          const counted = now - continuity.downtime(0, now)
          expect(before).toBeGreaterThanOrEqual(elapsed)
          expect(counted).toBeGreaterThanOrEqual(before)
          elapsed = counted
        }
      }),
    )
  })

  it('finds the latest instant from which so much time counts', () => {
    const outage = fc.record({
      from: fc.integer({ min: 0, max: 900 }),
      lasts: fc.integer({ min: 0, max: 300 }),
    })
    fc.assert(
      fc.property(fc.array(outage, { maxLength: 5 }), fc.integer({ min: 0, max: 500 }), (some, countedMs) => {
        const { learn, before, downtime } = createContinuity()
        learn(some.map(({ from, lasts }): Outage => ({ from, to: from + lasts })))
        const now = 1_000
        const since = before(now, countedMs)
        const counted = (from: number) => now - from - downtime(from, now)
        expect(counted(since)).toBe(countedMs)
        if (countedMs > 0) expect(counted(since + 1)).toBeLessThan(countedMs)
      }),
      // The outage ends exactly where the time has counted.
      { examples: [[[{ from: 607, lasts: 300 }], 93]] },
    )
  })
})
