import { setTimeout as sleep } from 'node:timers/promises'

/** Asks again and again until it is so. What throws is not so yet. */
export async function until(what: string, isSo: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs
  for (;;) {
    if (await isSo().catch(() => false)) return
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(25)
  }
}
