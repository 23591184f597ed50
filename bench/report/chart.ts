import type { EntryResult, RowResult } from '../measure/rounds.ts'
import { rate, ratioValue } from './figures.ts'

const width = 860
const labelWidth = 300
const barWidth = 380
const barHeight = 18
const lineHeight = 26
const titleHeight = 44

/**
 * Bars of what each entry answers in a second, a scale for each row, and each with its ratio to the row's first. Rows that
 * ask how long an answer takes are left out: a rate says nothing there.
 */
export function renderChart(rows: readonly RowResult[]): string {
  const parts: string[] = []
  let y = 8
  for (const row of rows.filter(asksForRates)) {
    parts.push(`<text class="title" x="10" y="${y + 26}">${escaped(row.title)}, requests per second</text>`)
    y += titleHeight
    for (const entry of row.entries) {
      parts.push(bar(entry, row, y))
      y += lineHeight
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 8}" role="img" aria-labelledby="title" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13">
  <title id="title">Requests per second of Latchkey, of floors and of peers</title>
  <style>
    .latchkey { fill: #0969da; }
    .floor { fill: #8c959f; }
    .peer { fill: #9a6700; }
    text { fill: #1f2328; }
    .title { font-weight: 600; font-size: 14px; }
    @media (prefers-color-scheme: dark) {
      .latchkey { fill: #58a6ff; }
      .floor { fill: #6e7681; }
      .peer { fill: #d29922; }
      text { fill: #e6edf3; }
    }
  </style>
  ${parts.join('\n  ')}
</svg>
`
}

function asksForRates({ ratios }: RowResult): boolean {
  return ratios.some(({ figure }) => figure === 'requestsPerSecond')
}

function bar({ name, kind, summary }: EntryResult, row: RowResult, y: number): string {
  const fastest = Math.max(...row.entries.map(entry => entry.summary.requestsPerSecond))
  const first = row.entries[0]?.summary.requestsPerSecond ?? Number.NaN
  const length = Math.max(1, (summary.requestsPerSecond / fastest) * barWidth)
  const baseline = y + barHeight - 5
  return [
    `<text x="${labelWidth - 8}" y="${baseline}" text-anchor="end">${escaped(name)}</text>`,
    `<rect class="${kind}" x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="3"/>`,
    `<text x="${(labelWidth + length + 8).toFixed(1)}" y="${baseline}">${rate(summary.requestsPerSecond)} (${ratioValue(summary.requestsPerSecond / first)})</text>`,
  ].join('')
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
