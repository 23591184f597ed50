import { Problem } from '../../errors.ts'
import { within } from '../../patience.ts'

/** Milliseconds. Two queries, each in time, may take longer than the two seconds that a request has. */
const patienceMs = 1_900

/**
 * Concurrent reads of one key share a query only if it has not been sent yet: one running, one waiting. (A query
 * under way may have seen the row as it was before the caller's request began.) When the running one fails, so do
 * those that waited for it: a store that is away is not asked once more for each of them. Throws `store_unavailable` for
 * those who have waited too long for both.
 */
export function shareReads<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>()
  const waiting = new Map<string, Promise<T>>()

  function start(key: string): Promise<T> {
    const query = read(key).finally(() => running.delete(key))
    running.set(key, query)
    return query
  }

  return key => {
    const current = running.get(key)
    if (current === undefined) return start(key)
    const queued = waiting.get(key)
    if (queued !== undefined) return inTime(queued)
    const next = current.finally(() => waiting.delete(key)).then(() => start(key))
    waiting.set(key, next)
    return inTime(next)
  }
}

async function inTime<T>(reading: Promise<T>): Promise<T> {
  const found = await within(
    patienceMs,
    reading.then(value => ({ value })),
  )
  if (found !== null) return found.value
  throw new Problem('store_unavailable', {
    detail: 'Two consecutive reads from the database took too long.',
    retryAfterSeconds: 1,
  })
}
