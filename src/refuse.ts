import { ConfigError } from './config/config.ts'
import { Problem } from './errors.ts'
import { SchemaError } from './services.ts'
import { connectionRefusal } from './store/postgres/failure.ts'

/** Ends a process that cannot go on. A fault that the operator can fix is one line, not a stack. */
export function refuse(error: unknown): never {
  process.stderr.write(`latchkey: ${inOneLine(error)}\n`)
  process.exit(1)
}

function inOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Asked before the database, whose failures are known by codes and words that others have too.
  if (error instanceof ConfigError || error instanceof SchemaError) return error.message
  if ('syscall' in error && error.syscall === 'listen') return `check HOST and PORT: ${error.message}`
  return (
    connectionRefusal(error) ?? (error instanceof Problem ? error.message : (error.stack ?? error.message))
  )
}
