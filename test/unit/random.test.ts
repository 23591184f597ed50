import { describe, expect, it } from 'vitest'
import { randomBytes, randomHex } from '../../src/random.ts'

const poolSize = 16_384

describe('random bytes', () => {
  it('are as many as were asked for', () => {
    for (const length of [1, 12, 32, poolSize]) {
      expect(randomBytes(length)).toHaveLength(length)
      expect(randomHex(length)).toMatch(new RegExp(`^[0-9a-f]{${2 * length}}$`))
    }
  })

  it('are given to one only, over many fillings of the pool', () => {
    // In no step that divides the pool, and by both ways in turn.
    const given = Array.from({ length: 5_000 }, (_, at) =>
      at % 2 === 0 ? randomBytes(19).toString('hex') : randomHex(19),
    )
    expect(new Set(given).size).toBe(given.length)
  })

  it('stay as they were given, whatever is given afterwards', () => {
    const bytes = randomBytes(32)
    const before = bytes.toString('hex')
    for (let given = 0; given < 3 * poolSize; given += 64) randomBytes(64)
    expect(bytes.toString('hex')).toBe(before)
  })

  it('take all values alike', () => {
    const counts = new Map<number, number>()
    for (let at = 0; at < 4_096; at++) {
      for (const byte of randomBytes(32)) counts.set(byte, (counts.get(byte) ?? 0) + 1)
    }
    // 131,072 bytes: 512 of each value, with a standard deviation of 23; eight of them are out of chance's reach.
    for (let value = 0; value < 256; value++) {
      expect(Math.abs((counts.get(value) ?? 0) - 512)).toBeLessThan(8 * 23)
    }
  })

  it('are refused for a length that is none, or more than the pool holds, and are as good as ever afterwards', () => {
    const before = randomHex(32)
    for (const length of [-1, -64, 0.5, Number.NaN, Number.POSITIVE_INFINITY, poolSize + 1]) {
      expect(() => randomBytes(length)).toThrow(RangeError)
      expect(() => randomHex(length)).toThrow(RangeError)
    }
    const after = [randomHex(32), randomBytes(32).toString('hex')]
    expect(new Set([before, ...after, '0'.repeat(64)]).size).toBe(4)
  })
})
