import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { failed, type Interval, type Operation, type OperationKind } from './history.ts'

/** What a fault cost, as its clients saw it. */
export type Measurement = {
  row: string
  operations: number
  /** While the fault lasted and the service recovered; milliseconds. */
  worstMs: Partial<Record<OperationKind, number>>
  /** `503 store_unavailable` → how often. */
  errors: Record<string, number>
  /** From the fault's end to the end of the last failure; 0 when there was none. Milliseconds. */
  recoveryMs: number
  violations: number
}

export function measure(
  row: string,
  operations: readonly Operation[],
  fault: Interval,
  isCounted: (operation: Operation) => boolean,
  violations: number,
): Measurement {
  const during = operations.filter(operation => operation.end >= fault.from && isCounted(operation))
  const worstMs: Partial<Record<OperationKind, number>> = {}
  const errors: Record<string, number> = {}
  let lastFailure = fault.to
  for (const operation of during) {
    const tookMs = Math.round(operation.end - operation.start)
    worstMs[operation.op] = Math.max(worstMs[operation.op] ?? 0, tookMs)
    if (!failed(operation)) continue
    const name = `${operation.status || 'no answer'} ${operation.code ?? ''}`.trim()
    errors[name] = (errors[name] ?? 0) + 1
    lastFailure = Math.max(lastFailure, operation.end)
  }
  const recoveryMs = Math.round(lastFailure - fault.to)
  return { row, operations: during.length, worstMs, errors, recoveryMs, violations }
}

/** As a table for `docs/internals/reliability.md`, and beside it the numbers as JSON. */
export async function writeReport(path: string, measurements: readonly Measurement[]): Promise<void> {
  const base = path.replace(/\.(md|json)$/, '')
  await mkdir(dirname(base), { recursive: true })
  await writeFile(`${base}.json`, `${JSON.stringify(measurements, null, 2)}\n`)
  await writeFile(`${base}.md`, table(measurements))
}

const columns = ['verify', 'refresh', 'sign_in', 'revoke'] as const

export function table(measurements: readonly Measurement[]): string {
  const header = [
    'fault',
    ...columns.map(column => `${column}, worst`),
    'errors',
    'recovered after',
    'violations',
  ]
  const lines = measurements.map(({ row, worstMs, errors, recoveryMs, violations, operations }) => [
    row,
    ...columns.map(column => (worstMs[column] === undefined ? '–' : `${worstMs[column]} ms`)),
    errorsCell(errors, operations),
    recoveryMs === 0 ? 'at once' : `${(recoveryMs / 1000).toFixed(1)} s`,
    String(violations),
  ])
  const rows = [header, header.map(() => '---'), ...lines]
  return `${rows.map(cells => `| ${cells.join(' | ')} |`).join('\n')}\n`
}

function errorsCell(errors: Record<string, number>, operations: number): string {
  const parts = Object.entries(errors).map(([name, count]) => `${count} × ${name}`)
  return parts.length === 0 ? `none of ${operations}` : `${parts.join(', ')} of ${operations}`
}

/** Many rows in a few lines: what was done to the service, and what became of it. */
export function summary(measurements: readonly Measurement[], faults: readonly string[]): string {
  const sum = (of: (measurement: Measurement) => number) =>
    measurements.reduce((total, measurement) => total + of(measurement), 0)
  const errors = measurements.flatMap(measurement => Object.entries(measurement.errors))
  const slowest = columns.map(column => {
    const worst = Math.max(0, ...measurements.map(({ worstMs }) => worstMs[column] ?? 0))
    return `${column} ${worst} ms`
  })
  const recoveryMs = Math.max(0, ...measurements.map(measurement => measurement.recoveryMs))
  return [
    `${measurements.length} rows, ${sum(({ operations }) => operations)} operations while faults lasted and after`,
    'faults:',
    ...counted(faults.map(fault => [fault, 1])),
    'requests that failed, as they may meanwhile:',
    ...counted(errors),
    `slowest: ${slowest.join(', ')}`,
    `recovered after ${(recoveryMs / 1000).toFixed(1)} s at the latest`,
    `violations: ${sum(({ violations }) => violations)}`,
  ].join('\n')
}

/** The most frequent first. */
function counted(entries: readonly (readonly [name: string, count: number])[]): string[] {
  const counts = new Map<string, number>()
  for (const [name, count] of entries) counts.set(name, (counts.get(name) ?? 0) + count)
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  return sorted.map(([name, count]) => `${String(count).padStart(8)} × ${name}`)
}
