import type { RowResult } from '../measure/rounds.ts'
import type { RatioResult } from '../measure/targets.ts'
import {
  columns,
  figuresOfRow,
  measuredText,
  ratioText,
  ratioValue,
  targetText,
  verdictText,
} from './figures.ts'
import type { Run, RunFacts } from './run-facts.ts'

/**
 * The document: a template whose `{{names}}` are replaced by what was measured. Throws when the template names
 * something that there is not, or leaves something out.
 */
export function renderDocument(template: string, run: Run, whatWasTried: string): string {
  const parts: Record<string, string> = {
    facts: factsTable(run.facts),
    rounds: String(run.facts.rounds),
    seconds: String(run.facts.seconds),
    connections: String(run.facts.connections),
    generator: run.facts.loadGenerator,
    pinning: pinning(run.facts),
    sleep: sleep(run.facts),
    standstills: standstills(run.facts),
    targets: targetsTable(run.rows),
    rows: run.rows.map(rowSection).join('\n\n'),
    tried: whatWasTried.trim(),
  }
  const missing = Object.keys(parts).filter(name => !template.includes(`{{${name}}}`))
  if (missing.length > 0) throw new Error(`the template leaves out ${missing.join(', ')}`)
  return template.replace(/\{\{(\w+)\}\}/g, (_placeholder, name: string) => {
    const part = parts[name]
    if (part === undefined) throw new Error(`the template names ${name}, which there is not`)
    return part
  })
}

function factsTable({ date, machine, versions }: RunFacts): string {
  const gibibytes = Math.round(machine.memoryBytes / 2 ** 30)
  return table([
    ['', ''],
    ['Date', date.slice(0, 10)],
    ['Processor', `${machine.processor}, ${machine.processors} cores`],
    ['Memory', `${gibibytes} GiB`],
    ['System', machine.system],
    ...Object.entries(versions),
  ])
}

function pinning({ cores }: RunFacts): string {
  return cores === null
    ? 'The system could not give the server a core of its own, so that everything shares all cores.'
    : 'The server has one core to itself; the stores and the load share the rest.'
}

function sleep({ keptAwake }: RunFacts): string {
  return keptAwake
    ? '**No core sleeps** meanwhile (Linux’ `/dev/cpu_dma_latency`). A generator that has nothing to do has to be woken by the server’s answer, and the slower of two contestants pays for that: the faster one does not let it fall asleep. On a virtual machine that was 6 of the 30 µs of a hit in memory and next to nothing of the 18 of the empty Fastify: 0.60 times as fast where cores slept, 0.75 where they did not (medians of five turns each).'
    : '**Cores may sleep** when they have nothing to do, as nothing prevented it (Linux’ `/dev/cpu_dma_latency`). The slower of two contestants then pays more for waking the generator, and ratios are too low.'
}

function standstills({ standstills: count }: RunFacts): string {
  const times = count === 1 ? 'once' : `${count} times`
  return `A turn in which the machine itself stood still for half a second (a timer of the tool was that late) is taken anew, whatever came of it; this happened ${times} in this run.`
}

function targetsTable(rows: readonly RowResult[]): string {
  const lines = rows.flatMap(row =>
    row.ratios.filter(ratio => ratio.target !== undefined).map(ratio => [row.title, ...ratioCells(ratio)]),
  )
  return table([['', 'Ratio', 'Measured', 'Target', ''], ...lines])
}

function ratioCells(ratio: RatioResult): string[] {
  return [ratioText(ratio), measuredText(ratio), targetText(ratio), verdictText(ratio.verdict)]
}

function rowSection(row: RowResult): string {
  return [
    `## ${row.title}`,
    row.about,
    table([columns, ...figuresOfRow(row)]),
    table([
      ['Ratio', 'Measured', 'By CPU time', 'Target', ''],
      ...row.ratios.map(ratio => [
        ratioText(ratio),
        measuredText(ratio),
        ratio.byCpu === null ? '' : ratioValue(ratio.byCpu),
        targetText(ratio),
        verdictText(ratio.verdict),
      ]),
    ]),
  ].join('\n\n')
}

/** GitHub Flavored Markdown; the first line is the head. */
function table([head = [], ...lines]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...lines.map(line)].join('\n')
}
