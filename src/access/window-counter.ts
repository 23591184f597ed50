import QuickLRU from 'quick-lru'

/** How often something has happened in the window that began with its first time, and when that window ends. */
export type Tally = { count: number; resetMs: number }

/** Counts in this process. */
export type WindowCounter = {
  /** Counts one more; `windowMs` is how long a window lasts. */
  add(key: string, windowMs: number): Tally
  /** One less, if its window still runs. */
  remove(key: string): void
  /** The count of the running window, without counting; null when there is none. */
  read(key: string): Tally | null
  /** Ends the running window in so many milliseconds, unless it ends before that. */
  endIn(key: string, resetMs: number): void
}

/**
 * Keeps `capacity` keys, for a while up to twice as many: past that, the one that was counted least recently is
 * forgotten. Whoever comes often enough to be limited is counted often enough to be kept.
 */
export function createWindowCounter(capacity: number, monotonic: () => number): WindowCounter {
  const windows = new QuickLRU<string, { count: number; endsAt: number }>({ maxSize: capacity })

  function runningWindow(key: string, now: number) {
    const window = windows.get(key)
    return window !== undefined && now < window.endsAt ? window : null
  }

  return {
    add(key, windowMs) {
      const now = monotonic()
      let window = runningWindow(key, now)
      if (window === null) {
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
    read(key) {
      const now = monotonic()
      const window = runningWindow(key, now)
      return window === null ? null : { count: window.count, resetMs: window.endsAt - now }
    },
    endIn(key, resetMs) {
      const now = monotonic()
      const window = runningWindow(key, now)
      if (window !== null) window.endsAt = Math.min(window.endsAt, now + resetMs)
    },
  }
}
