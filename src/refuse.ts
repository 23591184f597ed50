import { ConfigError } from './config/config.ts'
import { Problem } from './errors.ts'
import { SchemaError } from './services.ts'
import { connectionRefusal } from './store/postgres/failure.ts'

/** Exits a process that cannot continue. A fault that the operator can fix is one line, not a stack. */
export function refuse(error: unknown): never {
  process.stderr.write(`latchkey: ${inOneLine(error)}\n`)
  process.exit(1)
}

function inOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Checked before the database, whose failures are recognized by codes and words that others share.
  if (error instanceof ConfigError || error instanceof SchemaError) return error.message
  if ('syscall' in error && error.syscall === 'listen') return `check HOST and PORT: ${error.message}`
  return (
    connectionRefusal(error) ?? (error instanceof Problem ? error.message : (error.stack ?? error.message))
  )
}
