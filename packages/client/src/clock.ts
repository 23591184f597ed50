/**
 * Milliseconds that only ever go forward. The client compares no clock with another's: it knows how long ago it was
 * told something, and that is enough. On some systems these stand still while the machine sleeps; a token that has
 * run out meanwhile is then found out by its 401.
 */
export function monotonicMs(): number {
  return performance.now()
}

/** Rejects with the signal's reason as soon as it is aborted. */
export function sleep(ms: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
