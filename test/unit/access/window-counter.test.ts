import { describe, expect, it } from 'vitest'
import { createWindowCounter } from '../../../src/access/window-counter.ts'

describe('a window counter', () => {
  it('counts from the first time of a window to its end, and then anew', () => {
    let now = 1_000
    const counter = createWindowCounter(10, () => now)
    expect(counter.add('a', 500)).toEqual({ count: 1, resetMs: 500 })
    now += 499
    expect(counter.add('a', 500)).toEqual({ count: 2, resetMs: 1 })
    now += 1
    expect(counter.add('a', 500)).toEqual({ count: 1, resetMs: 500 })
  })

  it('tells a count without counting, until the window ends', () => {
    let now = 0
    const counter = createWindowCounter(10, () => now)
    expect(counter.read('a')).toBeNull()
    counter.add('a', 500)
    expect(counter.read('a')).toEqual({ count: 1, resetMs: 500 })
    now = 500
    expect(counter.read('a')).toBeNull()
  })

  it('ends a window early, never late', () => {
    const counter = createWindowCounter(10, () => 0)
    counter.add('a', 500)
    counter.endIn('a', 900)
    expect(counter.read('a')?.resetMs).toBe(500)
    counter.endIn('a', 100)
    expect(counter.read('a')?.resetMs).toBe(100)
    counter.endIn('unknown', 100)
    expect(counter.read('unknown')).toBeNull()
  })

  it('takes back what did not happen, and no more than was counted', () => {
    const counter = createWindowCounter(10, () => 0)
    counter.add('a', 500)
    counter.add('a', 500)
    counter.remove('a')
    expect(counter.add('a', 500).count).toBe(2)
    for (let times = 0; times < 5; times++) counter.remove('a')
    expect(counter.add('a', 500).count).toBe(1)
    counter.remove('never counted')
    expect(counter.add('never counted', 500).count).toBe(1)
  })

  it('counts each key by itself', () => {
    const counter = createWindowCounter(10, () => 0)
    counter.add('a', 500)
    expect(counter.add('b', 500).count).toBe(1)
    expect(counter.add('a', 500).count).toBe(2)
  })

  it('keeps no more keys than it may, and those that come most often', () => {
    const counter = createWindowCounter(100, () => 0)
    for (let other = 0; other < 10_000; other++) {
      counter.add('often', 500)
      counter.add(`once ${other}`, 500)
    }
    expect(counter.add('often', 500).count).toBe(10_001)
    expect(counter.add('once 9999', 500).count).toBe(2)
    expect(counter.add('once 9000', 500).count).toBe(1)
  })
})
