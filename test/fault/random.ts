/** Random numbers that a seed repeats, so that a run that failed can be told to choose the same again. */
export type Random = {
  /** From 0 up to, not including, 1. */
  next(): number
  between(from: number, to: number): number
  /** One of them; undefined when there is none. */
  pick<T>(items: readonly T[]): T | undefined
  /** By their weights. */
  weighted<T>(entries: readonly (readonly [weight: number, item: T])[]): T | undefined
  chance(probability: number): boolean
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  /** Mulberry32: 32 bits of state are plenty to choose faults by. */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (from, to) => from + next() * (to - from),
    pick: items => items[Math.floor(next() * items.length)],
    weighted(entries) {
      let rest = next() * entries.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, item] of entries) {
        rest -= weight
        if (rest < 0) return item
      }
      return entries.at(-1)?.[1]
    },
    chance: probability => next() < probability,
  }
}
