import { LatchkeyError } from '../error.ts'

export type Turns = <T>(task: () => Promise<T>) => Promise<T>

/**
 * One task at a time: over all tabs of the origin by the Web Locks API, or within this client alone where there is
 * nothing to share, or no such API (pages without TLS have none). Tabs that then refresh at once get the same pair
 * from the service. Throws `busy` after `patienceMs`, when another tab has hung.
 */
export function createTurns(name: string | null, patienceMs: number): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return async task => {
    const locks = globalThis.navigator?.locks
    if (name !== null && locks !== undefined) {
      const signal = AbortSignal.timeout(patienceMs)
      let isRunning = false
      const run = () => {
        isRunning = true
        return task()
      }
      try {
        return await locks.request(name, { signal }, run)
      } catch (cause) {
        if (isRunning) throw cause
        if (signal.aborted) throw new LatchkeyError('busy', 'Another tab has not finished', { cause })
        // A browser that blocks the storage of a page may block its locks too.
      }
    }
    const turn = last.then(task)
    last = turn.catch(() => {})
    return await turn
  }
}
