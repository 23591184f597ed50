import { aligned, colours } from '../../scripts/demo/print.ts'
import type { RowResult } from '../measure/rounds.ts'
import type { RatioResult } from '../measure/targets.ts'
import {
  columns,
  cpuText,
  figuresOfRow,
  measuredText,
  ratioText,
  targetText,
  verdictText,
} from './figures.ts'

/** A row for the terminal. */
export function terminalTable(row: RowResult): string {
  const figures = aligned([columns, ...figuresOfRow(row)])
  const ratios = aligned(
    row.ratios.map(ratio => [
      ratioText(ratio),
      measuredText(ratio),
      cpuText(ratio),
      targetText(ratio),
      coloured(ratio),
    ]),
  )
  const [head = '', ...lines] = figures
  return [colours.bold(row.title), colours.dim(head), ...lines, ...ratios.map(line => `  ${line}`), ''].join(
    '\n',
  )
}

function coloured(ratio: RatioResult): string {
  const text = verdictText(ratio.verdict)
  switch (ratio.verdict) {
    case 'wanted':
      return colours.green(text)
    case 'met':
      return colours.yellow(text)
    case 'missed':
      return colours.red(text)
    case 'untargeted':
      return colours.dim(text)
  }
}
