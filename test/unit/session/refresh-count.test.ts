import { expect, test } from 'vitest'
import { createRefreshCount } from '../../../src/session/rotation/refresh-count.ts'

test('many refreshes are one write, and none is no write', async () => {
  const written: number[] = []
  const count = createRefreshCount(async refreshes => {
    written.push(refreshes)
  })
  await count.flush()
  for (let refresh = 0; refresh < 1_000; refresh++) count.note()
  await count.flush()
  await count.flush()
  expect(written).toEqual([1_000])
})

test('what could not be written is written with the next, together with what came meanwhile', async () => {
  const written: number[] = []
  let away = true
  const count = createRefreshCount(async refreshes => {
    if (away) {
      count.note()
      throw new Error('away')
    }
    written.push(refreshes)
  })
  count.note()
  count.note()
  await expect(count.flush()).rejects.toThrow('away')
  away = false
  await count.flush()
  expect(written).toEqual([3])
})
