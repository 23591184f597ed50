import { describe, expect, it } from 'vitest'
import { believedTally } from '../../../src/access/shared-count.ts'

const tally = (count: number, resetMs = 1_000) => ({ count, resetMs })

describe('a count that Redis tells', () => {
  it('counts, below the limit and just past it, for an instance that has seen its share', () => {
    expect(believedTally(tally(700), tally(300), 1_000).count).toBe(700)
    expect(believedTally(tally(1_001), tally(126), 1_000).count).toBe(1_001)
  })

  it.each([2_000_000_000, 1_001])('of %i refuses no one before the instance has seen an eighth', planted => {
    expect(believedTally(tally(planted), tally(1), 1_000).count).toBe(1_000)
    expect(believedTally(tally(planted), tally(125), 1_000).count).toBe(1_000)
    expect(believedTally(tally(planted), tally(126), 1_000).count).toBe(planted)
  })

  it('leaves at least one request of the smallest limits', () => {
    expect(believedTally(tally(9), tally(1), 3).count).toBe(3)
    expect(believedTally(tally(9), tally(2), 3).count).toBe(9)
  })

  it('is not below what the instance has seen itself', () => {
    expect(believedTally(tally(-5), tally(1_001), 1_000).count).toBe(1_001)
  })

  it('ends when the earlier of the two windows does', () => {
    expect(believedTally(tally(1, 400), tally(1, 300), 10).resetMs).toBe(300)
    expect(believedTally(tally(1, 200), tally(1, 300), 10).resetMs).toBe(200)
  })
})
