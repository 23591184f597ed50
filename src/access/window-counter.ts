import QuickLRU from 'quick-lru'

/** How often something has happened in the window that began with its first time, and when that window ends. */
export type Tally = { count: number; resetMs: number }

/** Counts in this process; `windowMs` is how long a window lasts. */
export type WindowCounter = {
  add(key: string, windowMs: number): Tally
  /** One less, if its window still runs. */
  remove(key: string): void
}

/**
 * Keeps `capacity` keys, for a while up to twice as many: past that, the one that was counted least recently is
 * forgotten. Whoever comes often enough to be limited is counted often enough to be kept.
 */
export function createWindowCounter(capacity: number, monotonic: () => number): WindowCounter {
  const windows = new QuickLRU<string, { count: number; endsAt: number }>({ maxSize: capacity })

  return {
    add(key, windowMs) {
      const now = monotonic()
      let window = windows.get(key)
      if (window === undefined || now >= window.endsAt) {
        window = { count: 0, endsAt: now + windowMs }
        windows.set(key, window)
      }
      window.count++
      return { count: window.count, resetMs: window.endsAt - now }
    },
    remove(key) {
      const window = windows.get(key)
      if (window !== undefined && window.count > 0) window.count--
    },
  }
}
