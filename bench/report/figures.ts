import type { EntryResult, RowResult } from '../measure/rounds.ts'
import { type RatioResult, type Verdict, verdictOn } from '../measure/targets.ts'

/** Figures as texts, alike in the terminal and in the document. */

export const columns = [
  '',
  'per second',
  'ratio',
  'spread',
  'p50',
  'p99',
  'CPU s per 1,000',
  'core in use',
  'memory',
]

export function figuresOfRow({ entries }: RowResult): string[][] {
  const [first] = entries
  return first === undefined ? [] : entries.map(entry => figuresOf(entry, first))
}

/** `first`: the entry of the row that the ratios of its rates are to. */
function figuresOf({ name, summary }: EntryResult, first: EntryResult): string[] {
  return [
    name,
    rate(summary.requestsPerSecond),
    ratioValue(summary.requestsPerSecond / first.summary.requestsPerSecond),
    percent(summary.spread),
    milliseconds(summary.p50Ms),
    milliseconds(summary.p99Ms),
    known(summary.cpuSecondsPer1000, value => value.toPrecision(2)),
    known(summary.busy, percent),
    known(summary.residentBytes, bytes => `${Math.round(bytes / 2 ** 20)} MiB`),
  ]
}

export function ratioText({ of, to, figure }: RatioResult): string {
  return `${of} ÷ ${to}${figure === 'p99Ms' ? ', p99' : ''}`
}

export function cpuText({ byCpu }: RatioResult): string {
  return byCpu === null ? '' : `by CPU time ${ratioValue(byCpu)}`
}

export function ratioValue(value: number): string {
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/** With as many digits as its verdict needs. */
export function measuredText({ value, verdict, target }: RatioResult): string {
  const earnsIt = (text: string) => verdictOn(Number(text), target) === verdict
  return [ratioValue(value), value.toFixed(3), value.toFixed(4)].find(earnsIt) ?? String(value)
}

export function targetText({ target }: Pick<RatioResult, 'target'>): string {
  if (target === undefined) return ''
  return 'atLeast' in target
    ? `at least ${target.atLeast}, wanted ${target.wanted}`
    : `at most ${target.atMost}, wanted ${target.wanted}`
}

export function verdictText(verdict: Verdict): string {
  switch (verdict) {
    case 'wanted':
      return 'as wanted'
    case 'met':
      return 'met'
    case 'missed':
      return 'missed'
    case 'untargeted':
      return ''
  }
}

export function rate(perSecond: number): string {
  return perSecond >= 100 ? Math.round(perSecond).toLocaleString('en') : perSecond.toFixed(1)
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function milliseconds(value: number | null): string {
  return known(value, duration => `${duration.toFixed(duration < 10 ? 2 : 0)} ms`)
}

function known(value: number | null, text: (value: number) => string): string {
  return value === null ? '–' : text(value)
}
