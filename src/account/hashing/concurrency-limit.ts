import { Problem } from '../../errors.ts'

export type ConcurrencyLimit = {
  /** Runs `work` when its turn has come, in the order of asking. Throws `overloaded` when that would take too long. */
  run<T>(work: () => Promise<T>): Promise<T>
  /** Whoever asked now would be refused. */
  isFull(): boolean
}

/** So many at a time; of the others, so many wait, and each for so long at most. What is past that is refused at once. */
export function createConcurrencyLimit(limits: {
  running: number
  waiting: number
  patienceMs: number
}): ConcurrencyLimit {
  let free = limits.running
  /** A set keeps the order of asking, and whoever loses patience leaves it at once. */
  const waiting = new Set<() => void>()
  const isFull = () => free === 0 && waiting.size >= limits.waiting

  async function admitted(): Promise<void> {
    if (isFull()) throw overloaded()
    if (free > 0) {
      free--
      return
    }
    await new Promise<void>((resolve, reject) => {
      const patience = setTimeout(() => {
        waiting.delete(admit)
        reject(overloaded())
      }, limits.patienceMs)
      function admit(): void {
        clearTimeout(patience)
        resolve()
      }
      waiting.add(admit)
    })
  }

  /** The place goes to the next one, who must not find it taken by somebody who came later. */
  function leave(): void {
    const [next] = waiting
    if (next === undefined) {
      free++
      return
    }
    waiting.delete(next)
    next()
  }

  return {
    isFull,
    async run(work) {
      await admitted()
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}

export function overloaded(detail = 'Too much is going on at once; nothing was changed.'): Problem {
  return new Problem('overloaded', { detail, retryAfterSeconds: 1 })
}
