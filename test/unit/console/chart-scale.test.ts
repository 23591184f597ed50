import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scaleOf } from '../../../src/console/operator/overview/chart-scale.ts'

describe('the scale of a chart', () => {
  it.each([
    [0, [0, 1, 2]],
    [1, [0, 1, 2]],
    [4, [0, 1, 2, 3, 4]],
    [5, [0, 2, 4, 6]],
    [10, [0, 5, 10]],
    [17, [0, 5, 10, 15, 20]],
    [1_234, [0, 500, 1_000, 1_500]],
  ])('labels counts up to %i with %j', (most, ticks) => {
    expect(scaleOf(most)).toEqual({ top: ticks.at(-1), ticks })
  })

  it('reaches every count with three to five labels, and is the same for its own top', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), most => {
        const { top, ticks } = scaleOf(most)
        expect(top).toBeGreaterThanOrEqual(most)
        expect(ticks.length).toBeGreaterThanOrEqual(3)
        expect(ticks.length).toBeLessThanOrEqual(5)
        expect(scaleOf(top)).toEqual({ top, ticks })
      }),
    )
  })
})
