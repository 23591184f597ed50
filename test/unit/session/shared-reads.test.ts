import { describe, expect, it, vi } from 'vitest'
import { shareReads } from '../../../src/session/verify/shared-reads.ts'

/** A read whose every query is answered by hand. */
function controlled() {
  const queries: { key: string; answer: (value: string) => void; fail: (error: Error) => void }[] = []
  const read = shareReads<string>(
    key => new Promise((resolve, reject) => queries.push({ key, answer: resolve, fail: reject })),
  )
  return { read, queries }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

describe('shared reads', () => {
  it('answer a read only from a query that was sent after the read began', async () => {
    const { read, queries } = controlled()
    const first = read('a')
    const late = [read('a'), read('a'), read('a')]
    expect(queries).toHaveLength(1)
    queries[0]?.answer('before')
    await expect(first).resolves.toBe('before')
    await settled()
    expect(queries).toHaveLength(2)
    queries[1]?.answer('after')
    await expect(Promise.all(late)).resolves.toEqual(['after', 'after', 'after'])
  })

  it('run one query and let one wait, however many ask', async () => {
    const { read, queries } = controlled()
    const all = Array.from({ length: 100 }, () => read('a'))
    queries[0]?.answer('one')
    await settled()
    queries[1]?.answer('two')
    await Promise.all(all)
    expect(queries).toHaveLength(2)
  })

  it('keep different sessions apart', () => {
    const { read, queries } = controlled()
    void read('a')
    void read('b')
    expect(queries.map(query => query.key)).toEqual(['a', 'b'])
  })

  it('fail with the query that they waited for, and begin anew afterwards', async () => {
    const { read, queries } = controlled()
    const both = [read('a'), read('a')].map(result => result.catch((error: Error) => error.message))
    queries[0]?.fail(new Error('away'))
    await expect(Promise.all(both)).resolves.toEqual(['away', 'away'])
    const again = read('a')
    queries[1]?.answer('back')
    await expect(again).resolves.toBe('back')
  })

  it('tell whoever has waited for two queries that the store is away, before a request has taken two seconds', async () => {
    vi.useFakeTimers()
    try {
      const { read, queries } = controlled()
      const first = read('a')
      const late = read('a').catch((error: Error) => error)
      await vi.advanceTimersByTimeAsync(1_000)
      const later = read('a')
      queries[0]?.answer('slow')
      await expect(first).resolves.toBe('slow')
      await vi.advanceTimersByTimeAsync(899)
      expect(queries).toHaveLength(2)
      await vi.advanceTimersByTimeAsync(1)
      await expect(late).resolves.toMatchObject({ code: 'store_unavailable' })
      // Who came later has not waited for so long.
      queries[1]?.answer('at last')
      await expect(later).resolves.toBe('at last')
    } finally {
      vi.useRealTimers()
    }
  })
})
