import { performance } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'
import type { Recipe } from '../../../src/account/hashing/imported/recipe.ts'
import { createImportedLane } from '../../../src/account/hashing/imported-lane.ts'

const clock = { monotonic: () => performance.now() }
const salt = Buffer.alloc(16).toString('base64').replaceAll('=', '')
const pbkdf2 = (iterations: number): Recipe => ({ algorithm: 'pbkdf2-sha256', iterations, salt, length: 32 })
const quick: Recipe = { algorithm: 'pbkdf2-sha1', iterations: 1_000, salt, length: 20 }

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

describe('the lane of imported hashes', { timeout: 300_000 }, () => {
  it('lets a refusal take as long as the slowest hash that any user has, and no time when there is none', async () => {
    const lane = createImportedLane(clock)
    const atOnce = await timeOf(lane.evenOut)
    await lane.learn([quick, pbkdf2(400_000), pbkdf2(20_000)])
    const slow = await timeOf(() => lane.digest(pbkdf2(400_000), 'x'))
    const quickly = await lane.digest(quick, 'x')
    if (quickly.kind !== 'made') throw new Error(quickly.kind)
    for (const wait of [lane.evenOut, quickly.evenOut]) {
      const waited = await timeOf(wait)
      expect(waited).toBeGreaterThan(atOnce)
      expect(waited).toBeGreaterThan(slow / 4)
    }
    await lane.learn([])
    expect(await timeOf(lane.evenOut)).toBeLessThan(slow / 4)
  })

  it('measures anew what it has measured before only if it costs more', async () => {
    const lane = createImportedLane(clock)
    await lane.learn([pbkdf2(300_000)])
    expect(await timeOf(() => lane.learn([pbkdf2(300_000), pbkdf2(299_000)]))).toBeLessThan(20)
  })

  it('has no time for a refusal when it has none for a hash', async () => {
    const lane = createImportedLane(clock)
    await lane.learn([quick])
    const long = lane.digest(pbkdf2(8_000_000), 'x')
    const [hash, refusal] = await Promise.allSettled([lane.digest(quick, 'x'), lane.evenOut()])
    expect(hash).toMatchObject({ status: 'fulfilled', value: { kind: 'no_time' } })
    expect(refusal).toMatchObject({ status: 'rejected', reason: { code: 'overloaded' } })
    expect(await long).toMatchObject({ kind: 'made' })
  })
})
