import { expect, it } from 'vitest'
import { createSparseLog } from '../../../src/observability.ts'

it('a sparse log writes the first line, then one in its interval with how many were left out', () => {
  let now = 0
  const written: number[] = []
  const log = createSparseLog(1_000, () => now)
  for (; now < 2_500; now += 100) log(leftOut => written.push(leftOut))
  expect(written).toEqual([0, 9, 9])
})
