import { LatchkeyError } from './error.ts'

export type Turns = <T>(task: () => Promise<T>) => Promise<T>

/**
 * One task at a time: over all tabs of the origin by the Web Locks API, or within this client alone where there is
 * nothing to share, or no such API (pages without TLS have none). Tabs that then refresh at once get the same pair
 * from the service. Throws `busy` after `patienceMs`, when another tab has hung.
 */
export function createTurns(name: string | null, patienceMs: number): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return async task => {
    const locks = name === null ? undefined : globalThis.navigator?.locks
    if (name === null || locks === undefined) {
      const turn = last.then(task)
      last = turn.catch(() => {})
      return await turn
    }
    let isRunning = false
    const run = () => {
      isRunning = true
      return task()
    }
    try {
      return await locks.request(name, { signal: AbortSignal.timeout(patienceMs) }, run)
    } catch (cause) {
      throw isRunning ? cause : new LatchkeyError('busy', 'Another tab has not finished', { cause })
    }
  }
}
