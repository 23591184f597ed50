import { ConfigError } from './config.ts'
import { SchemaError } from './services.ts'

/** Ends a process that cannot start: what can be mended by whoever started it is one line, not a stack. */
export function refuse(error: unknown): never {
  const mendable = error instanceof ConfigError || error instanceof SchemaError || isListenError(error)
  process.stderr.write(
    `latchkey: ${mendable ? error.message : error instanceof Error ? error.stack : error}\n`,
  )
  process.exit(1)
}

function isListenError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen'
}
