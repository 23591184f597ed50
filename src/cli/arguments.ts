import { InvalidArgumentError } from 'commander'
import { validate as isUuid } from 'uuid'
import { rolePattern } from '../access/permissions.ts'
import { canonicalEmail } from '../account/email.ts'

/** Parsers of arguments; what does not fit is a usage error (exit code 2). */

export function parseId(value: string): string {
  if (!isUuid(value)) throw new InvalidArgumentError('It must be a UUID.')
  return value
}

export function parseEmail(value: string): string {
  const email = canonicalEmail(value)
  if (email === null) throw new InvalidArgumentError('It must be an email address.')
  return email
}

export function parseInstant(value: string): number {
  const at = Date.parse(value)
  if (!(at >= 0) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value))
    throw new InvalidArgumentError('It must be a time like 2026-01-31T12:00:00Z.')
  return at
}

/** Roles go into a header, separated by commas. */
export function collectRole(value: string, all: readonly string[]): string[] {
  if (!rolePattern.test(value))
    throw new InvalidArgumentError('It may have letters, digits and . _ : - only.')
  return [...all, value]
}
