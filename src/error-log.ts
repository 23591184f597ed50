import { Problem } from './errors.ts'

export type LoggedError = {
  type: string
  message: string
  stack?: string
  code?: string
  constraint?: string
  cause?: LoggedError
}

const deepestCause = 5

/**
 * The parts of a failure that may be logged: its kind, its stack and its causes, by an allow list. An error
 * of a database client also contains the values of the failed statement (in `detail`, in `params`, and Drizzle in
 * its message too), which may be email addresses or hashes and must not be written anywhere. An outage is expected: its
 * causes are logged as the reason, without a stack.
 */
export function loggedError(error: unknown, depth = 0, withStack = !isOutage(error)): LoggedError {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'a value that is not an Error was thrown' }
  const holdsValues = 'params' in error
  const message = holdsValues ? 'a statement failed (its values are left out)' : error.message
  const logged: LoggedError = { type: error.name, message }
  if (error.stack && withStack) logged.stack = holdsValues ? framesOf(error.stack) : error.stack
  if ('code' in error && typeof error.code === 'string') logged.code = error.code
  if ('constraint' in error && typeof error.constraint === 'string') logged.constraint = error.constraint
  if (error.cause !== undefined && depth < deepestCause)
    logged.cause = loggedError(error.cause, depth + 1, withStack)
  return logged
}

function isOutage(error: unknown): boolean {
  return error instanceof Problem && error.code === 'store_unavailable'
}

function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter(line => /^\s+at /.test(line))
    .join('\n')
}
