import { InvalidArgumentError } from 'commander'
import { IsEmail } from 'typebox/format'
import { validate as isUuid } from 'uuid'
import { rolePattern } from '../access/permissions.ts'

/** Parsers of arguments; what does not fit is a usage error (exit code 2). */

export function parseId(value: string): string {
  if (!isUuid(value)) throw new InvalidArgumentError('It must be a UUID.')
  return value
}

export function parseEmail(value: string): string {
  if (value.length > 254 || !IsEmail(value)) throw new InvalidArgumentError('It must be an e-mail address.')
  return value
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
