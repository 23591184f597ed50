import { aligned, colours } from '../../scripts/demo/print.ts'
import { document, markdownTable } from '../../scripts/measured.ts'
import type { RowResult } from '../measure/rounds.ts'
import { columns, figuresOfRow, ratioText, ratioValue } from '../report/figures.ts'
import type { RunFacts } from '../report/run-facts.ts'
import type { CleanupFigures } from './cleanup.ts'
import type { StartFigures } from './deny-set.ts'
import type { ScaleOptions } from './options.ts'
import type { ProcessFigures } from './processes.ts'
import type { TableState } from './storage.ts'

export type ScaleFigures = {
  facts: RunFacts
  options: ScaleOptions
  fillSeconds: number
  rows: RowResult[]
  filled: TableState
  /** Around minutes of refreshes. */
  refreshes: { before: TableState; after: TableState; requests: number; failures: number }
  bytesPerSnapshot: number
  cleanup: CleanupFigures
  processes: ProcessFigures[]
  start: { withoutRevocations: StartFigures; withDenySet: StartFigures }
}

/** All but the rows, which have tables of their own, as pairs of what and how much. */
export function scaleLines(figures: ScaleFigures): [string, string][] {
  const { options, filled, cleanup, start } = figures
  const { before, after } = figures.refreshes
  const perSession = (bytes: number) => `${Math.round(bytes / options.sessions)} bytes`
  const updates = after.updates - before.updates
  const hot = (after.hotUpdates - before.hotUpdates) / updates
  return [
    ['Sessions', `${count(options.sessions)}, of these ${count(options.expired)} expired`],
    ['Filled in', `${figures.fillSeconds.toFixed(0)} s`],
    ['Table, per session', perSession(filled.tableBytes)],
    ['Indexes, per session', perSession(filled.indexBytes)],
    ['Redis, per cached session', `${Math.round(figures.bytesPerSnapshot)} bytes`],
    ['Turns taken anew, as the machine had stood still', String(figures.facts.standstills)],
    ['Answers for the tables above', outOf(totalOf(figures.rows))],
    [`Refreshes in ${options.refreshMinutes} min`, outOf(figures.refreshes)],
    ['  updates', count(updates)],
    ['  of these heap-only (HOT)', `${(hot * 100).toFixed(1)} %`],
    ['  dead rows after it', count(after.deadRows)],
    ['  growth of the table', `${((after.tableBytes / before.tableBytes - 1) * 100).toFixed(2)} %`],
    ['Cleanup deleted', `${count(cleanup.deletedSessions)} in ${cleanup.deletingSeconds.toFixed(0)} s`],
    ['  rows per second', count(Math.round(cleanup.rowsPerSecond))],
    ['  with the walk over the rest', `${cleanup.totalSeconds.toFixed(0)} s`],
    [
      '  verify p99 during it ÷ calm',
      `${ratioValue(cleanup.duringP99Ms / cleanup.calmP99Ms)} (${cleanup.duringP99Ms.toFixed(1)} ms, ${cleanup.calmP99Ms.toFixed(1)} ms)`,
    ],
    ['  verifies during it', outOf(cleanup.during)],
    ...figures.processes.map(processLine),
    ['Start', startText(start.withoutRevocations)],
    [`Start with ${count(options.denySet)} revocations`, startText(start.withDenySet)],
  ]
}

export function scaleTable(figures: ScaleFigures): string {
  return [colours.bold('What the number of sessions costs'), ...aligned(scaleLines(figures)), ''].join('\n')
}

/** Into docs/operate/scaling.md, with where and when it was measured. */
export async function publishScale(figures: ScaleFigures): Promise<void> {
  const { facts, rows } = figures
  const on = `${facts.machine.processor}, ${facts.machine.processors} cores`
  const parts = [
    `Measured on ${facts.date.slice(0, 10)}: Latchkey ${facts.versions['Latchkey']}, Node.js ${facts.versions['Node.js']}, PostgreSQL ${facts.versions['PostgreSQL']} and Redis ${facts.versions['Redis']} as they come, but for Postgres' \`shared_buffers\` of a quarter of the memory; all on one machine (${on}); ${facts.connections} connections, medians of ${facts.rounds} rounds of ${facts.seconds} s.`,
    ...rows.flatMap(row => [`**${row.title}.** ${row.about} ${ratiosOf(row)}`, rowTable(row)]),
    markdownTable([['', ''], ...scaleLines(figures)]),
  ]
  await document('docs/operate/scaling.md', 'npm run bench:scale -- --docs', parts.join('\n\n'))
}

function ratiosOf(row: RowResult): string {
  return row.ratios.map(ratio => `${ratioText(ratio)}: ${ratioValue(ratio.value)}.`).join(' ')
}

function rowTable(row: RowResult): string {
  return markdownTable([columns, ...figuresOfRow(row)])
}

function processLine({ processes, requestsPerSecond, cpuSecondsPer1000 }: ProcessFigures): [string, string] {
  const cpu = cpuSecondsPer1000 === null ? '' : `, ${cpuSecondsPer1000.toFixed(3)} s of CPU per 1,000`
  const what = `Verify from memory, ${processes} process${processes === 1 ? '' : 'es'} on all cores`
  return [what, `${count(Math.round(requestsPerSecond))} a second${cpu}`]
}

function outOf({ requests, failures }: { requests: number; failures: number }): string {
  return failures === 0 ? count(requests) : `${count(requests)}, and ${count(failures)} failures`
}

function totalOf(rows: readonly RowResult[]): { requests: number; failures: number } {
  const turns = rows.flatMap(row => row.entries.flatMap(entry => entry.turns))
  const sum = (of: 'requests' | 'failures') => turns.reduce((total, turn) => total + turn[of], 0)
  return { requests: sum('requests'), failures: sum('failures') }
}

function startText({ seconds, residentBytes }: StartFigures): string {
  const memory = residentBytes === null ? '' : `, ${Math.round(residentBytes / 2 ** 20)} MiB in memory`
  return `${seconds.toFixed(2)} s${memory}`
}

function count(value: number): string {
  return value.toLocaleString('en')
}
