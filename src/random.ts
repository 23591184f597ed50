import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(16_384)
let used = pool.length

/**
 * Unpredictable bytes, from the system's generator by way of a pool: to ask it for so few at a time takes 2 to 6 µs by
 * itself, and this 0.2. What has been given out is erased in the pool.
 */
export function randomBytes(length: number): Buffer {
  const start = take(length)
  const bytes = Buffer.from(pool.subarray(start, used))
  pool.fill(0, start, used)
  return bytes
}

/** As many bytes, in hexadecimal digits; for what is no secret. */
export function randomHex(length: number): string {
  const start = take(length)
  return pool.toString('hex', start, used)
}

/** Where the bytes begin that nobody has had. Throws a `RangeError` for a length that is none, or more than the pool. */
function take(length: number): number {
  if (!Number.isInteger(length) || length < 0 || length > pool.length) {
    throw new RangeError(`a whole number of bytes is wanted, at most ${pool.length}`)
  }
  if (used + length > pool.length) {
    // In this order: should there be none to be had, the pool stays used up.
    randomFillSync(pool)
    used = 0
  }
  used += length
  return used - length
}
