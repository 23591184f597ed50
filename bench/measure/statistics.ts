import type { Result } from '../load/job.ts'

/** What one entry did in one round. */
export type Turn = Result & {
  /** Of the server's process; null where the system does not tell. */
  cpuSeconds: number | null
  residentBytes: number | null
}

/** What an entry did over all rounds: medians, and how far the rounds lie apart. */
export type Summary = {
  requestsPerSecond: number
  /** The fastest round less the slowest, as a share of the median. */
  spread: number
  p50Ms: number | null
  p99Ms: number | null
  cpuSecondsPer1000: number | null
  /** The share of one core that the server used: well under 1 means that something else was slower. */
  busy: number | null
  residentBytes: number | null
}

export function summarise(turns: readonly Turn[]): Summary {
  const rates = turns.map(turn => turn.requests / turn.seconds)
  const requestsPerSecond = median(rates)
  return {
    requestsPerSecond,
    spread: (Math.max(...rates) - Math.min(...rates)) / requestsPerSecond,
    p50Ms: medianOf(turns, turn => turn.p50Ms),
    p99Ms: medianOf(turns, turn => turn.p99Ms),
    cpuSecondsPer1000: medianOf(turns, ({ cpuSeconds, requests }) =>
      cpuSeconds === null ? null : (cpuSeconds / requests) * 1000,
    ),
    busy: medianOf(turns, ({ cpuSeconds, seconds }) => (cpuSeconds === null ? null : cpuSeconds / seconds)),
    residentBytes: medianOf(turns, turn => turn.residentBytes),
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN
  const high = sorted[Math.floor(middle)] ?? Number.NaN
  return (low + high) / 2
}

function medianOf(turns: readonly Turn[], figure: (turn: Turn) => number | null): number | null {
  const values = turns.map(figure).filter(value => value !== null)
  return values.length === 0 ? null : median(values)
}
