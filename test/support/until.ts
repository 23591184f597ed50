import { setTimeout as sleep } from 'node:timers/promises'

/** Far more than any condition takes on a slow machine, and less than a test may take: it says what did not happen. */
const patienceMs = 120_000
const pauseMs = 25

/** Asks until the condition is true. An error counts as false. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    if (await isSo().catch(() => false)) return
    if (performance.now() > deadline) throw new Error(`not within ${patienceMs / 1_000} s: ${what}`)
    await sleep(pauseMs)
  }
}
