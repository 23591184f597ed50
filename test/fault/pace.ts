import { readSchedule } from '../support/stopwatch.ts'

/** How fast the machine let this process run, and so the processes that it measures: they share its cores. */
export type Pace = {
  /** Milliseconds between two moments of `performance.now()`, less what the machine withheld. */
  undisturbedMs(from: number, to: number): number
  close(): void
}

const tickMs = 20
/** A tick that comes this much late is a standstill of this process, whoever caused it. */
const standstillMs = 50

/** A moment, and the undisturbed milliseconds until then. */
type Sample = { at: number; undisturbed: number }

/** Samples, for as long as it is open, which part of the time the machine gave to this process. */
export function startPace(): Pace {
  let last: Sample = { at: performance.now(), undisturbed: 0 }
  let schedule = readSchedule()
  const samples = [last]

  const timer = setInterval(() => {
    const at = performance.now()
    const now = readSchedule()
    const elapsedMs = at - last.at
    const share =
      elapsedMs > tickMs + standstillMs ? 0 : shareOf(now.ran - schedule.ran, now.waited - schedule.waited)
    last = { at, undisturbed: last.undisturbed + elapsedMs * share }
    schedule = now
    samples.push(last)
  }, tickMs)

  return {
    undisturbedMs: (from, to) => untilThen(samples, to) - untilThen(samples, from),
    close: () => clearInterval(timer),
  }
}

function shareOf(ran: number, waited: number): number {
  return ran + waited === 0 ? 1 : ran / (ran + waited)
}

/** Between two samples in proportion; before the first and after the last, time passes undisturbed. */
function untilThen(samples: readonly Sample[], moment: number): number {
  let [low, high] = [0, samples.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((samples[middle]?.at ?? 0) <= moment) low = middle
    else high = middle - 1
  }
  const [before, after] = [samples[low], samples[low + 1]]
  if (before === undefined) return moment
  if (after === undefined || moment < before.at) return before.undisturbed + moment - before.at
  const part = (moment - before.at) / (after.at - before.at)
  return before.undisturbed + part * (after.undisturbed - before.undisturbed)
}
