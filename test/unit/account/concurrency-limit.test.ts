import { describe, expect, it } from 'vitest'
import { createConcurrencyLimit } from '../../../src/account/hashing/concurrency-limit.ts'
import { createTurns } from '../../../src/account/hashing/turns.ts'

/** Work that ends when it is told to, and what is known of it. */
function pieces() {
  const begun: number[] = []
  const ends = new Map<number, (failure?: Error) => void>()
  return {
    begun,
    work: (name: number) => () => {
      begun.push(name)
      return new Promise<number>((resolve, reject) => {
        ends.set(name, failure => (failure === undefined ? resolve(name) : reject(failure)))
      })
    },
    end: (name: number, failure?: Error) => ends.get(name)?.(failure),
  }
}

const settled = () => new Promise(resolve => setImmediate(resolve))
const refusal = { name: 'Problem', code: 'overloaded', status: 503, extras: { retryAfterSeconds: 1 } }

describe('a concurrency limit', () => {
  it('lets so many run, so many wait in the order of asking, and refuses the others at once', async () => {
    const { work, begun, end } = pieces()
    const limit = createConcurrencyLimit({ running: 2, waiting: 2, patienceMs: 10_000 })
    const asked = [1, 2, 3, 4].map(name => limit.run(work(name)))
    expect(limit.isFull()).toBe(true)
    await expect(limit.run(work(5))).rejects.toMatchObject(refusal)
    await settled()
    expect(begun).toEqual([1, 2])
    end(2)
    await settled()
    expect(begun).toEqual([1, 2, 3])
    expect(limit.isFull()).toBe(false)
    end(1)
    await settled()
    end(3)
    end(4)
    expect(await Promise.all(asked)).toEqual([1, 2, 3, 4])
    expect(begun).toEqual([1, 2, 3, 4])
  })

  it('gives the place of what failed to the next, and passes the failure on', async () => {
    const { work, begun, end } = pieces()
    const limit = createConcurrencyLimit({ running: 1, waiting: 1, patienceMs: 10_000 })
    const [failing, next] = [limit.run(work(1)), limit.run(work(2))]
    await settled()
    end(1, new Error('it broke'))
    await expect(failing).rejects.toThrow('it broke')
    expect(begun).toEqual([1, 2])
    end(2)
    expect(await next).toBe(2)
  })

  it('refuses whoever has waited for too long, and forgets them', async () => {
    const { work, begun, end } = pieces()
    const limit = createConcurrencyLimit({ running: 1, waiting: 1, patienceMs: 20 })
    const first = limit.run(work(1))
    await expect(limit.run(work(2))).rejects.toMatchObject(refusal)
    expect(limit.isFull()).toBe(false)
    end(1)
    await first
    const third = limit.run(work(3))
    await settled()
    end(3)
    expect(await third).toBe(3)
    expect(begun).toEqual([1, 3])
  })

  it('never lets a latecomer pass whoever waits', async () => {
    const { work, begun, end } = pieces()
    const limit = createConcurrencyLimit({ running: 1, waiting: 5, patienceMs: 10_000 })
    const [first, second] = [limit.run(work(1)), limit.run(work(2))]
    await settled()
    end(1)
    const third = limit.run(work(3))
    await first
    await settled()
    expect(begun).toEqual([1, 2])
    end(2)
    await settled()
    end(3)
    expect(await Promise.all([second, third])).toEqual([2, 3])
  })
})

describe('turns', () => {
  it('are taken for each key alone', async () => {
    const { work, begun, end } = pieces()
    const inTurn = createTurns({ waiting: 1, patienceMs: 10_000 })
    const asked = [inTurn('a', work(1)), inTurn('a', work(2)), inTurn('b', work(3))]
    await settled()
    expect(begun).toEqual([1, 3])
    await expect(inTurn('a', work(4))).rejects.toMatchObject(refusal)
    end(1)
    await settled()
    expect(begun).toEqual([1, 3, 2])
    end(2)
    end(3)
    expect(await Promise.all(asked)).toEqual([1, 2, 3])
    const again = inTurn('a', work(5))
    await settled()
    end(5)
    expect(await again).toBe(5)
  })
})
