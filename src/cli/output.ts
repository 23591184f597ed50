import type { Command } from 'commander'
import { createClock, type Instant } from '../clock.ts'

/** Prints the result of a command to standard output: as JSON with `--json`, else as text. */
export function print(command: Command, result: unknown, text: string): void {
  const json = command.optsWithGlobals<{ json?: boolean }>().json === true
  process.stdout.write(`${json ? JSON.stringify(result) : text}\n`)
}

/** `complete` is false if counting took too long. */
export function sessionsInWords(count: number, complete = true): string {
  return `${complete ? '' : 'at least '}${count} live session${count === 1 ? '' : 's'}`
}

/** RFC 3339, UTC; null stays null. */
export function isoTime<At extends Instant | null>(at: At): At extends null ? null : string
export function isoTime(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

/** Aligned columns. Control characters are replaced, so that a user agent cannot control the terminal. */
export function table(rows: readonly Record<string, string | number | null>[], empty: string): string {
  const [first] = rows
  if (first === undefined) return empty
  const columns = Object.keys(first)
  const lines = [columns, ...rows.map(row => columns.map(column => printable(String(row[column] ?? '–'))))]
  const widths = columns.map((_, index) => Math.max(...lines.map(line => line[index]?.length ?? 0)))
  return lines
    .map(line =>
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}')
}

/** Shows progress on standard error if it is a terminal, after the first second. */
export function createProgress(): { show(text: string): void; done(): void } {
  const { monotonic } = createClock()
  const started = monotonic()
  let shown = false
  return {
    show(text) {
      if (!process.stderr.isTTY || monotonic() - started < 1_000) return
      process.stderr.write(`\r\u001b[K${text}`)
      shown = true
    },
    done() {
      if (shown) process.stderr.write('\r\u001b[K')
    },
  }
}
