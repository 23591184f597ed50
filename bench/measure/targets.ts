import { median, type Summary, type Turn } from './statistics.ts'

/** A relation between two entries of a row that the service promises, or that is told without a promise. */
export type Ratio = {
  of: string
  to: string
  figure: 'requestsPerSecond' | 'p99Ms'
  target?: Target
}

/** The turns of each entry, in the order of the rounds. */
export type Turns = ReadonlyMap<string, readonly Turn[]>

/** What must be reached, and what we would like. */
export type Target = { atLeast: number; wanted: number } | { atMost: number; wanted: number }

export type Verdict = 'wanted' | 'met' | 'missed' | 'untargeted'

export type RatioResult = Ratio & {
  value: number
  /** The same by the processor time that a request takes; null where it is not known, or not what is asked. */
  byCpu: number | null
  verdict: Verdict
}

export function judge(ratio: Ratio, summaries: ReadonlyMap<string, Summary>): RatioResult {
  const value = figureOf(ratio, ratio.of, summaries) / figureOf(ratio, ratio.to, summaries)
  return { ...ratio, value, byCpu: cpuRatio(ratio, summaries), verdict: verdictOn(value, ratio.target) }
}

/**
 * The median of the ratios of each round, for two entries that take turns right after each other: a machine that is slower
 * in one round than in the next moves both, and not their ratio.
 */
export function judgeByRound(ratio: Ratio & { figure: 'requestsPerSecond' }, turns: Turns): RatioResult {
  const value = roundsRatio(ratio, turns, ({ requests, seconds }) => requests / seconds)
  const byCpu = roundsRatio(ratio, turns, ({ requests, cpuSeconds }) =>
    cpuSeconds === null ? Number.NaN : requests / cpuSeconds,
  )
  return {
    ...ratio,
    value,
    byCpu: Number.isFinite(byCpu) ? byCpu : null,
    verdict: verdictOn(value, ratio.target),
  }
}

function roundsRatio({ of, to }: Ratio, turns: Turns, rateOf: (turn: Turn) => number): number {
  const others = turns.get(to)?.map(rateOf) ?? []
  const ratios = turns.get(of)?.map((own, round) => rateOf(own) / (others[round] ?? Number.NaN)) ?? []
  return median(ratios)
}

/** Less disturbed than throughput where others use the same machine. */
function cpuRatio({ of, to, figure }: Ratio, summaries: ReadonlyMap<string, Summary>): number | null {
  if (figure !== 'requestsPerSecond') return null
  const own = summaries.get(of)?.cpuSecondsPer1000 ?? null
  const other = summaries.get(to)?.cpuSecondsPer1000 ?? null
  return own === null || other === null || own === 0 ? null : other / own
}

/** Higher is better where the target is a floor, lower where it is a ceiling. */
export function verdictOn(value: number, target: Target | undefined): Verdict {
  if (target === undefined) return 'untargeted'
  const reaches = 'atLeast' in target ? (bound: number) => value >= bound : (bound: number) => value <= bound
  if (reaches(target.wanted)) return 'wanted'
  return reaches('atLeast' in target ? target.atLeast : target.atMost) ? 'met' : 'missed'
}

function figureOf({ figure }: Ratio, entry: string, summaries: ReadonlyMap<string, Summary>): number {
  const value = summaries.get(entry)?.[figure]
  if (value === undefined || value === null) throw new Error(`${entry} has no ${figure}`)
  return value
}
