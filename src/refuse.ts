import { ConfigError } from './config.ts'
import { Problem } from './errors.ts'
import { SchemaError } from './services.ts'
import { connectionRefusal } from './store/database.ts'

/** Ends a process that cannot go on: what can be mended by whoever started it is one line, not a stack. */
export function refuse(error: unknown): never {
  // A setting can be about a timeout, which is a word that failures of connections are known by.
  const refusal = error instanceof ConfigError ? null : connectionRefusal(error)
  process.stderr.write(`latchkey: ${refusal ?? inOneLine(error)}\n`)
  process.exit(1)
}

function inOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isListenError = 'syscall' in error && error.syscall === 'listen'
  const isMendable =
    error instanceof ConfigError || error instanceof SchemaError || error instanceof Problem || isListenError
  return isMendable ? error.message : (error.stack ?? error.message)
}
