import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  afterFailure,
  devicesAllowed,
  type Failures,
  failuresAllowed,
  standingOf,
  type Throttle,
  unknownDevice,
} from '../../../src/account/lockout.ts'

const minute = 60_000
const hour = 60 * minute
const start = 1_800_000_000_000

/** Failures at those moments, one after the other; whoever is locked is not counted. */
function failAt(moments: readonly number[], before: Throttle | null = null): Throttle | null {
  return moments.reduce<Throttle | null>((throttle, at) => {
    const standing = standingOf(throttles(throttle), null, at)
    return standing.kind === 'locked' ? throttle : afterFailure(throttle, at)
  }, before)
}

function throttles(throttle: Throttle | null, deviceId = unknownDevice): Failures {
  return { throttles: new Map(throttle === null ? [] : [[deviceId, throttle]]), otherDevices: 0 }
}

function together(...all: Failures[]): Failures {
  return { throttles: new Map(all.flatMap(({ throttles }) => [...throttles])), otherDevices: 0 }
}

const times = (count: number, from: number) => Array.from({ length: count }, (_, index) => from + index)
const lockedFor = (throttle: Throttle | null, at: number) => {
  const standing = standingOf(throttles(throttle), null, at)
  return standing.kind === 'locked' ? standing.until - at : 0
}

describe('failed sign-ins', () => {
  it('lock with the fifth within 15 minutes, for 15 minutes', () => {
    const four = failAt(times(4, start))
    expect(lockedFor(four, start + 4)).toBe(0)
    const five = failAt([start + 14 * minute], four)
    expect(lockedFor(five, start + 14 * minute)).toBe(15 * minute)
    expect(lockedFor(five, start + 29 * minute - 1)).toBe(1)
    expect(lockedFor(five, start + 29 * minute)).toBe(0)
  })

  it('count anew when the 15 minutes are over', () => {
    const throttle = failAt([...times(4, start), ...times(4, start + 15 * minute)])
    expect(throttle).toMatchObject({ failures: 4, locks: 0, lockedUntil: null })
  })

  it('lock for 30 minutes when they go on after a lock, each time five again', () => {
    let throttle = failAt(times(5, start))
    let now = start + 5 + 15 * minute
    for (let lock = 2; lock < 10; lock++) {
      throttle = failAt(times(4, now), throttle)
      expect(lockedFor(throttle, now + 4)).toBe(0)
      throttle = failAt([now + 4], throttle)
      expect(lockedFor(throttle, now + 4)).toBe(30 * minute)
      expect(throttle?.locks).toBe(lock)
      now += 4 + 30 * minute
    }
  })

  it('begin with a short lock again after a day without any', () => {
    const locked = failAt([...times(5, start), ...times(5, start + hour)])
    expect(lockedFor(locked, start + hour + 5)).toBeGreaterThan(29 * minute)
    const dayLater = start + hour + 24 * hour
    expect(lockedFor(failAt(times(5, dayLater - 10 * minute), locked), dayLater)).toBeGreaterThan(15 * minute)
    expect(lockedFor(failAt(times(5, dayLater), locked), dayLater + 4)).toBe(15 * minute)
  })

  it('lock with the fifth of a window, and are few in a day, however they come', () => {
    const gap = fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: hour }))
    fc.assert(
      fc.property(fc.array(gap, { minLength: 50, maxLength: 1_000 }), gaps => {
        let now = start
        let throttle: Throttle | null = null
        const counted: number[] = []
        for (const gap of gaps) {
          now += gap
          if (standingOf(throttles(throttle), null, now).kind === 'locked') continue
          throttle = afterFailure(throttle, now)
          counted.push(now)
          expect(throttle.failures).toBeLessThanOrEqual(failuresAllowed)
          expect(throttle.lockedUntil !== null).toBe(throttle.failures === failuresAllowed)
        }
        // A window lasts for 15 minutes, or its lock does: no more than 97 of them touch a day.
        const firstDay = counted.filter(at => at < start + 24 * hour)
        expect(firstDay.length).toBeLessThanOrEqual(97 * failuresAllowed)
      }),
    )
  })
})

describe('a device that is known', () => {
  const locked = failAt(times(5, start))
  const now = start + minute

  it('is not kept out by the failures of others', () => {
    expect(standingOf(throttles(locked), null, now).kind).toBe('locked')
    expect(standingOf(throttles(locked), 'mine', now)).toEqual({
      kind: 'open',
      counter: { deviceId: 'mine', throttle: null },
    })
  })

  it('counts its own failures, and nobody else’s', () => {
    const own = failAt(times(3, start))
    const both = together(throttles(failAt(times(4, start))), throttles(own, 'mine'))
    expect(standingOf(both, 'mine', now)).toEqual({
      kind: 'open',
      counter: { deviceId: 'mine', throttle: own },
    })
  })

  it('is like one that is not known once it is locked itself', () => {
    const onlyMine = throttles(locked, 'mine')
    expect(standingOf(onlyMine, 'mine', now)).toEqual({
      kind: 'open',
      counter: { deviceId: unknownDevice, throttle: null },
    })
    const both = together(throttles(locked), onlyMine)
    expect(standingOf(both, 'mine', now)).toEqual({ kind: 'locked', until: locked?.lockedUntil })
    expect(standingOf(both, 'mine', start + 16 * minute)).toMatchObject({ counter: { deviceId: 'mine' } })
  })

  it('is like one that is not known once five others have failed within the window, unless it has begun to', () => {
    const beginning = throttles(failAt(times(2, start)), 'mine')
    for (const [otherDevices, fresh] of [
      [devicesAllowed - 1, 'mine'],
      [devicesAllowed, unknownDevice],
    ] as const) {
      expect(standingOf({ throttles: new Map(), otherDevices }, 'mine', now)).toMatchObject({
        counter: { deviceId: fresh },
      })
      expect(standingOf({ ...beginning, otherDevices }, 'mine', now)).toMatchObject({
        counter: { deviceId: 'mine' },
      })
      expect(standingOf({ ...beginning, otherDevices }, 'mine', now + 15 * minute)).toMatchObject({
        counter: { deviceId: fresh },
      })
    }
  })
})
