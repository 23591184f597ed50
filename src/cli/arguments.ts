import { InvalidArgumentError } from 'commander'
import { IsEmail } from 'typebox/format'
import { validate as isUuid } from 'uuid'

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
  if (Number.isNaN(at)) throw new InvalidArgumentError('It must be a time like 2026-01-31T12:00:00Z.')
  return at
}

export function collect(value: string, all: readonly string[]): string[] {
  return [...all, value]
}
