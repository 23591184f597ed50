import { readFileSync } from 'node:fs'

export type Stopwatch = {
  /** Milliseconds since the start, less what this process lost to others that wanted its core. */
  readMs(): number
}

/**
 * Measures a promise of the service, not the machine. On a machine that is busy elsewhere this process runs for one
 * part of the time in which it could, and so do the stores: what was measured is scaled by that part. Linux counts it
 * for each thread; elsewhere, this is a clock.
 */
export function startStopwatch(): Stopwatch {
  const began = performance.now()
  const before = readSchedule()
  return {
    readMs() {
      const elapsedMs = performance.now() - began
      const after = readSchedule()
      const ran = after.ran - before.ran
      const waited = after.waited - before.waited
      return ran + waited === 0 ? elapsedMs : elapsedMs * (ran / (ran + waited))
    },
  }
}

/** Milliseconds for which processors have worked for this process since `process.cpuUsage()` returned `before`. */
export function processorMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** Nanoseconds for which the main thread ran, and for which it could have run but had no core. */
export function readSchedule(): { ran: number; waited: number } {
  try {
    const [ran, waited] = readFileSync('/proc/self/schedstat', 'utf8').split(' ')
    return { ran: Number(ran), waited: Number(waited) }
  } catch {
    return { ran: 0, waited: 0 }
  }
}
