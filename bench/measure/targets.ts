import type { Summary } from './statistics.ts'

/** A relation between two entries of a row that the service promises, or that is told without a promise. */
export type Ratio = {
  of: string
  to: string
  figure: 'requestsPerSecond' | 'p99Ms'
  target?: Target
}

/** What must be reached, and what we would like. */
export type Target = { atLeast: number; wanted: number } | { atMost: number; wanted: number }

export type Verdict = 'wanted' | 'met' | 'missed' | 'untargeted'

export type RatioResult = Ratio & { value: number; verdict: Verdict }

export function judge(ratio: Ratio, summaries: ReadonlyMap<string, Summary>): RatioResult {
  const value = figureOf(ratio, ratio.of, summaries) / figureOf(ratio, ratio.to, summaries)
  return { ...ratio, value, verdict: verdictOn(value, ratio.target) }
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
