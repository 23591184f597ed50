import type { Contestant, RunningContestant } from '../contestants/contestant.ts'
import type { Work } from '../load/job.ts'
import type { RequestFiles } from '../load/request-files.ts'
import type { Ratio } from '../measure/targets.ts'
import type { Seed } from '../seed/seed.ts'

/** One question, and those who answer it in turn. */
export type Row = {
  id: string
  title: string
  /** For the document: what is asked, and what is compared. */
  about: string
  /** How many times as long everybody warms up; default 1. */
  warmUp?: number
  /** Two builds at the same work: their ratio is the median of those of each round. */
  isComparison?: true
  entries: readonly Entry[]
  ratios: readonly Ratio[]
}

export type Entry = {
  /** Unique in its row. */
  name: string
  contestant: Contestant
  /** Once, before all else. */
  setUp?(running: RunningContestant): Promise<void>
  /** Throws unless the contestant answers as it must; before it is measured. */
  check(running: RunningContestant): Promise<void>
  /** Before each round. */
  prepare(running: RunningContestant): Promise<Plan>
}

export type Plan = {
  work: Work
  /** Any other status fails the run. */
  expect: readonly number[]
  /** Of a few, which are counted then; default false. */
  mayFail?: boolean
  /** Default: those of the run. */
  connections?: number
  /** Load that is there all the while and is not measured. */
  meanwhile?: Omit<Plan, 'meanwhile'>
}

/** What rows are made of. */
export type Material = { seed: Seed; files: RequestFiles }
