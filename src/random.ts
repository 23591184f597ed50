import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(16_384)
let used = pool.length

/**
 * Unpredictable bytes from the system's generator, through a pool: requesting so few at a time takes 2 to 6 µs, and
 * this 0.2. Used bytes are erased from the pool.
 */
export function randomBytes(length: number): Buffer {
  const start = take(length)
  const bytes = Buffer.from(pool.subarray(start, used))
  pool.fill(0, start, used)
  return bytes
}

/** This many bytes as hexadecimal digits, for values that are not secret. */
export function randomHex(length: number): string {
  const start = take(length)
  return pool.toString('hex', start, used)
}

/** The offset of unused bytes. Throws a `RangeError` for an invalid length, or one above the size of the pool. */
function take(length: number): number {
  if (!Number.isInteger(length) || length < 0 || length > pool.length) {
    throw new RangeError(`a whole number of bytes is wanted, at most ${pool.length}`)
  }
  if (used + length > pool.length) {
    // In this order, so that the pool stays used up if the generator fails.
    randomFillSync(pool)
    used = 0
  }
  used += length
  return used - length
}
