/** How often something has happened in the window that began with its first time, and when that window ends. */
export type Tally = { count: number; resetMs: number }

/** Counts in this process; `windowMs` is how long a window lasts. */
export type WindowCounter = { add(key: string, windowMs: number): Tally }

/**
 * Keeps at most `capacity` keys: past that, the one that was counted least recently is forgotten. Whoever comes often
 * enough to be limited is counted often enough to be kept.
 */
export function createWindowCounter(capacity: number, monotonic: () => number): WindowCounter {
  /** In the order of the last count. */
  const windows = new Map<string, { count: number; endsAt: number }>()

  return {
    add(key, windowMs) {
      const now = monotonic()
      const known = windows.get(key)
      const window = known === undefined || now >= known.endsAt ? { count: 0, endsAt: now + windowMs } : known
      window.count++
      windows.delete(key)
      windows.set(key, window)
      if (windows.size > capacity) {
        for (const oldest of windows.keys()) {
          windows.delete(oldest)
          break
        }
      }
      return { count: window.count, resetMs: window.endsAt - now }
    },
  }
}
