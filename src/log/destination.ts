import { type DestinationStream, pino } from 'pino'
import { prettyLine } from './pretty.ts'

export const logFormats = ['auto', 'json', 'pretty'] as const

export type LogFormat = (typeof logFormats)[number]

/** Standard output, as JSON lines or readable lines. `auto` selects readable lines on a terminal. */
export function logDestination(
  format: LogFormat,
  output: NodeJS.WriteStream = process.stdout,
): DestinationStream {
  const written = pino.destination(1)
  const isTerminal = output.isTTY === true
  if (format === 'json' || (format === 'auto' && !isTerminal)) return written
  // Also respects NO_COLOR and similar variables.
  const colored = isTerminal && output.hasColors()
  return { write: line => void written.write(prettyLine(line, colored)) }
}
