import { readFile } from 'node:fs/promises'

export type DocumentedMetric = { name: string; labels: string[] }

/** The tables of `docs/reference/metrics.md`; only the first has a column for labels. */
export async function documentedMetrics(): Promise<{ own: DocumentedMetric[]; process: string[] }> {
  const text = await readFile(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8')
  const rows = text.split('\n').filter(line => line.startsWith('| `'))
  const cells = rows.map(row => row.split('|').map(cell => cell.trim()))
  const own = cells.flatMap(([, name = '', labels = '']) =>
    name.startsWith('`latchkey_')
      ? [{ name: bare(name), labels: labels.split(', ').map(bare).filter(Boolean) }]
      : [],
  )
  const others = cells.map(([, name = '']) => bare(name)).filter(name => /^(process|nodejs)_/.test(name))
  return { own, process: others }
}

function bare(cell: string): string {
  return cell.replaceAll('`', '')
}

/** What a scrape has: each metric with the labels that its samples have. */
export function scrapedMetrics(text: string): Map<string, Set<string>> {
  const metrics = new Map<string, Set<string>>()
  let labels = new Set<string>()
  for (const line of text.split('\n')) {
    const [, name] = /^# TYPE (\S+)/.exec(line) ?? []
    if (name !== undefined) {
      labels = new Set()
      metrics.set(name, labels)
    }
    if (line.startsWith('#')) continue
    for (const [, label = ''] of line.matchAll(/[{,](\w+)="/g)) if (label !== 'le') labels.add(label)
  }
  return metrics
}
