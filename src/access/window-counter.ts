import QuickLRU from 'quick-lru'

/** The count of a window that began with its first event, and the end of the window. */
export type Tally = { count: number; resetMs: number }

/** Counts in this process. */
export type WindowCounter = {
  /** Increments the count; `windowMs` is the length of a window. */
  add(key: string, windowMs: number): Tally
  /** Decrements the count, if its window has not ended. */
  remove(key: string): void
  /** The count of the current window; null if there is none. */
  read(key: string): Tally | null
  /** Ends the current window after this many milliseconds, unless it ends earlier. */
  endIn(key: string, resetMs: number): void
}

/**
 * Keeps `capacity` keys, temporarily up to twice as many; beyond that, the least recently counted key is
 * dropped. Callers that are frequent enough to be limited are frequent enough to be kept.
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
