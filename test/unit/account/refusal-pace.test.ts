import { describe, expect, it } from 'vitest'
import { createRefusalPace } from '../../../src/account/hashing/refusal-pace.ts'
import { createClock } from '../../../src/clock.ts'

describe('the pace of refusals', () => {
  it('lets an answer that cost nothing take no less than one that cost the work, as exactly as timers are', async () => {
    const { monotonic } = createClock()
    const pace = createRefusalPace({ monotonic })
    expect(pace.isKnown()).toBe(false)
    // As if somebody had just been refused after so much work.
    const aimMs = 8.9
    pace.note(monotonic() - aimMs)
    expect(pace.isKnown()).toBe(true)
    for (let round = 0; round < 20; round++) {
      const startedAt = monotonic()
      await pace.keep(startedAt)
      expect(monotonic() - startedAt).toBeGreaterThan(aimMs - 2)
    }
  })
})
