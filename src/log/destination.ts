import { type DestinationStream, pino } from 'pino'
import { prettyLine } from './pretty.ts'

export const logFormats = ['auto', 'json', 'pretty'] as const

export type LogFormat = (typeof logFormats)[number]

/** Standard output: lines of JSON, or lines to be read on a terminal. `auto` chooses by whether it is one. */
export function logDestination(
  format: LogFormat,
  output: NodeJS.WriteStream = process.stdout,
): DestinationStream {
  const written = pino.destination(1)
  const isTerminal = output.isTTY === true
  if (format === 'json' || (format === 'auto' && !isTerminal)) return written
  // Asks for NO_COLOR and the like as well.
  const colored = isTerminal && output.hasColors()
  return { write: line => void written.write(prettyLine(line, colored)) }
}
