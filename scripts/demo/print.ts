import pc from 'picocolors'

/** Colours on a terminal only, also where `CI` is set. */
export const colours = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true)

export function milliseconds(duration: number): string {
  return `${duration.toFixed(duration < 10 ? 1 : 0)} ms`
}

/** Rows as aligned columns. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  )
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  )
}
