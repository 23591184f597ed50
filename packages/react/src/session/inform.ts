import type { LatchkeyClient } from '@latchkey/client'

/** While the service cannot be reached, it is unknown who is signed in, so it is asked again. */
const askAgainMs = 5_000

export type Informer = ReturnType<typeof createInformer>

/** Finds out whether a user is signed in, and who, whenever that is not known. */
export function createInformer(client: LatchkeyClient) {
  let error: Error | null = null
  const listeners = new Set<() => void>()

  function setError(next: Error | null): void {
    if (next === error) return
    error = next
    for (const listener of listeners) listener()
  }

  const isKnown = () =>
    client.state.status === 'signed-out' ||
    (client.state.status === 'signed-in' && client.state.session !== null)

  async function attempt(): Promise<Error | null> {
    try {
      if (client.state.status === 'unknown') await client.restore()
      if (!isKnown()) await client.session()
      return null
    } catch (cause) {
      return cause instanceof Error ? cause : new Error(String(cause))
    }
  }

  /** Returns what ends it. */
  function start(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isAsking = false
    let isOver = false

    async function ask(): Promise<void> {
      if (isOver || isAsking) return
      if (isKnown()) return setError(null)
      clearTimeout(timer)
      isAsking = true
      const failure = await attempt()
      isAsking = false
      if (isOver) return
      // Another user may have signed in meanwhile.
      if (failure === null) return await ask()
      setError(failure)
      timer = setTimeout(ask, askAgainMs)
    }

    const stop = client.on('changed', () => void ask())
    void ask()
    return () => {
      isOver = true
      clearTimeout(timer)
      stop()
    }
  }

  return {
    start,
    /** Why the last attempt failed; null once one has worked. */
    error: () => error,
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
