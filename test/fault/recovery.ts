import { setTimeout as sleep } from 'node:timers/promises'
import { failed, type History, type Operation, succeeded } from './history.ts'
import { recoveringKinds, recoveryLimitMs } from './rules/time.ts'

/** So long without a failure is called recovered. */
const quietMs = 500

/** Waits until nothing has failed for a while and everything has been seen to work; not for ever. */
export async function recovered(
  history: History,
  faultEnd: number,
  isIgnored: (operation: Operation) => boolean,
): Promise<void> {
  while (history.undisturbedMs(faultEnd, history.now()) < recoveryLimitMs + 1_000) {
    const since = history.operations.filter(({ end }) => end > faultEnd).filter(one => !isIgnored(one))
    const lastFailure = Math.max(faultEnd, ...since.filter(failed).map(({ end }) => end))
    const working = new Set(
      since.filter(one => succeeded(one) && one.start > lastFailure).map(({ op }) => op),
    )
    const isQuiet = history.now() - lastFailure > quietMs
    if (isQuiet && recoveringKinds.every(kind => working.has(kind))) return
    await sleep(50)
  }
}
