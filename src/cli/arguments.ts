import { InvalidArgumentError } from 'commander'
import { validate as isUuid } from 'uuid'
import { rolePattern } from '../access/permissions.ts'
import { canonicalEmail } from '../account/email.ts'

/** Parsers of arguments. An invalid value is a usage error (exit code 2). */

/** How a command names a user. */
export type UserReference = { kind: 'id'; id: string } | { kind: 'email'; email: string }

export function parseId(value: string): string {
  if (!isUuid(value)) throw new InvalidArgumentError('It must be a UUID.')
  return value
}

export function parseEmail(value: string): string {
  const email = canonicalEmail(value)
  if (email === null) throw new InvalidArgumentError('It must be an email address.')
  return email
}

export function parseUser(value: string): UserReference {
  if (isUuid(value)) return { kind: 'id', id: value }
  const email = canonicalEmail(value)
  if (email !== null) return { kind: 'email', email }
  throw new InvalidArgumentError('It must be an email address or the UUID of a user.')
}

export function parseInstant(value: string): number {
  const at = Date.parse(value)
  if (!(at >= 0) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value))
    throw new InvalidArgumentError('It must be a time like 2026-01-31T12:00:00Z.')
  return at
}

export function parseCount(value: string): number {
  const count = Number(value)
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new InvalidArgumentError('It must be a positive whole number.')
  return count
}

/** Roles are sent in a header, separated by commas. */
export function collectRole(value: string, all: readonly string[]): string[] {
  if (!rolePattern.test(value))
    throw new InvalidArgumentError('It may contain only letters, digits and . _ : -')
  return [...all, value]
}
