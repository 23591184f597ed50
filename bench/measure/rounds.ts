import type { Contestant, RunningContestant } from '../contestants/contestant.ts'
import type { Job } from '../load/job.ts'
import type { Load } from '../load/load.ts'
import type { Entry, Plan, Row } from '../rows/row.ts'
import { cpuSeconds, residentBytes } from './process.ts'
import type { Standstills } from './standstill.ts'
import { type Summary, summarise, type Turn } from './statistics.ts'
import { judge, judgeByRound, type RatioResult } from './targets.ts'

export type Measuring = {
  rounds: number
  seconds: number
  warmUpSeconds: number
  connections: number
  /** Of what is measured, and of what goes on meanwhile. */
  load: Load
  background: Load
  standstills: Standstills
  /** Starts it, or returns the one that runs. */
  running(contestant: Contestant): Promise<RunningContestant>
  /** Aborts between two turns. */
  signal: AbortSignal
}

export type EntryResult = {
  name: string
  kind: Contestant['kind']
  turns: Turn[]
  summary: Summary
}

export type RowResult = {
  id: string
  title: string
  about: string
  entries: EntryResult[]
  ratios: RatioResult[]
}

/** Checks and warms up everybody, and then lets them take turns: what disturbs the machine disturbs all alike. */
export async function measureRow(row: Row, measuring: Measuring): Promise<RowResult> {
  const turns = new Map<string, Turn[]>(row.entries.map(({ name }) => [name, []]))
  for (const entry of row.entries) {
    await explained(entry, measuring, async running => {
      await entry.setUp?.(running)
      await entry.check(running)
      // A quick run has no time for longer ones.
      const times = measuring.warmUpSeconds < 1 ? 1 : (row.warmUp ?? 1)
      await takeSteadyTurn(entry, running, measuring, measuring.warmUpSeconds * times)
    })
  }
  for (let round = 0; round < measuring.rounds; round++) {
    for (const entry of inOrderOf(round, row.entries)) {
      await explained(entry, measuring, async running => {
        const turn = await takeSteadyTurn(entry, running, measuring, measuring.seconds)
        turns.get(entry.name)?.push(turn)
      })
    }
  }
  return resultOf(row, turns)
}

/** No entry always comes first, or always after the same one: each cycle of turns is in the reverse order of the last. */
export function inOrderOf<T>(round: number, entries: readonly T[]): T[] {
  const first = round % entries.length
  const turned = [...entries.slice(first), ...entries.slice(0, first)]
  return Math.floor(round / entries.length) % 2 === 0 ? turned : turned.reverse()
}

async function explained(
  entry: Entry,
  measuring: Measuring,
  work: (running: RunningContestant) => Promise<void>,
): Promise<void> {
  measuring.signal.throwIfAborted()
  const running = await measuring.running(entry.contestant)
  await work(running).catch((error: unknown) => {
    const said = error instanceof Error ? error.message : String(error)
    throw new Error([`${entry.name}: ${said}`, ...running.lastLines()].join('\n'), { cause: error })
  })
}

/** The same anew when the machine stood still meanwhile, whether or not it failed. */
async function takeSteadyTurn(
  entry: Entry,
  running: RunningContestant,
  measuring: Measuring,
  seconds: number,
): Promise<Turn> {
  for (;;) {
    const [taken] = await Promise.allSettled([takeTurn(entry, running, measuring, seconds)])
    if (measuring.standstills.stoodStill()) continue
    if (taken.status === 'rejected') throw taken.reason
    return taken.value
  }
}

/** How much longer than what is measured the other load lasts, at its beginning and at its end together. */
const meanwhileMarginMs = 1_000

/** What one entry does once. */
export async function takeTurn(
  entry: Entry,
  running: RunningContestant,
  measuring: Measuring,
  seconds: number,
): Promise<Turn> {
  const { meanwhile, ...plan } = await entry.prepare(running)
  measuring.standstills.restart()
  const milliseconds = seconds * 1000
  const other =
    meanwhile === undefined
      ? null
      : measuring.background.run(jobOf(meanwhile, running, measuring, milliseconds + meanwhileMarginMs))
  // Whoever waits for it later hears of its failure.
  other?.catch(() => undefined)
  if (other !== null) await new Promise(resolve => setTimeout(resolve, meanwhileMarginMs / 2))
  const before = await cpuSeconds(running.pid)
  const result = await measuring.load.run(jobOf(plan, running, measuring, milliseconds))
  const after = await cpuSeconds(running.pid)
  await other
  return {
    ...result,
    cpuSeconds: before === null || after === null ? null : after - before,
    residentBytes: await residentBytes(running.pid),
  }
}

function jobOf(
  plan: Omit<Plan, 'meanwhile'>,
  { url }: RunningContestant,
  { connections }: Measuring,
  milliseconds: number,
): Job {
  const { work, expect, mayFail = false } = plan
  return { url, work, expect, mayFail, milliseconds, connections: plan.connections ?? connections }
}

function resultOf(row: Row, turns: ReadonlyMap<string, Turn[]>): RowResult {
  const entries = row.entries.map(({ name, contestant }): EntryResult => {
    const own = turns.get(name) ?? []
    return { name, kind: contestant.kind, turns: own, summary: summarise(own) }
  })
  const summaries = new Map(entries.map(({ name, summary }) => [name, summary]))
  return {
    id: row.id,
    title: row.title,
    about: row.about,
    entries,
    ratios: row.ratios.map(ratio =>
      row.isComparison && ratio.figure === 'requestsPerSecond'
        ? judgeByRound({ ...ratio, figure: ratio.figure }, turns)
        : judge(ratio, summaries),
    ),
  }
}
