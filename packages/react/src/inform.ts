import type { LatchkeyClient } from '@latchkey/client'

/** While the service cannot be reached, nobody knows who is signed in; so it is asked again. */
const askAgainMs = 5_000

/** Finds out whether somebody is signed in, and who, whenever that is not known. Returns what ends it. */
export function keepInformed(client: LatchkeyClient): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAsking = false
  let isOver = false

  const isKnown = () =>
    client.state.status === 'signed-out' ||
    (client.state.status === 'signed-in' && client.state.session !== null)

  async function ask(): Promise<void> {
    if (isOver || isAsking || isKnown()) return
    clearTimeout(timer)
    isAsking = true
    try {
      if (client.state.status === 'unknown') await client.restore()
      if (!isKnown()) await client.session()
    } catch {
      if (!isOver) timer = setTimeout(ask, askAgainMs)
      return
    } finally {
      isAsking = false
    }
    // Somebody else may have signed in meanwhile.
    await ask()
  }

  const stop = client.on('changed', () => void ask())
  void ask()
  return () => {
    isOver = true
    clearTimeout(timer)
    stop()
  }
}
