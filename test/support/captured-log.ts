import { createLogger, type Logger } from '../../src/observability.ts'

export type CapturedLog = { logger: Logger; lines: string[] }

/** Keeps all that is logged, at `trace`. */
export function captureLog(): CapturedLog {
  const lines: string[] = []
  const logger = createLogger('trace', { write: line => void lines.push(line) })
  return { logger, lines }
}

/** Every token is known by its looks: device, refresh and service tokens, and what is signed. */
const anyToken = /lk[drs]_[\w-]{8,}|eyJ[\w-]{8,}\.[\w-]+/

/** The lines in which there is a token, whosever it is, or one of these secrets. */
export function linesWithSecrets(lines: readonly string[], secrets: Iterable<string>): string[] {
  const known = [...secrets]
  return lines.filter(line => anyToken.test(line) || known.some(text => line.includes(text)))
}
