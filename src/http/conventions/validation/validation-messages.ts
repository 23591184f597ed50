import type { TLocalizedValidationError } from 'typebox/error'
import { type Fault, mostFaults } from '../fault.ts'
import { pointerTo } from '../json-pointer.ts'

type ValidationError = TLocalizedValidationError

/** In characters. The names of unknown fields are the caller's, and may be of any length. */
const longestPath = 200

/**
 * What is wrong with a value, for the caller: one entry per field that says what the field must be. The
 * value itself is never repeated, since it may be a password; what a schema allows may be.
 */
export function describeFaults(errors: readonly ValidationError[]): Fault[] {
  const seen = new Map<string, Fault>()
  for (const { path, message } of withUnionsMerged(errors)) {
    seen.set(`${path} ${message}`, { path: path.slice(0, longestPath), message })
  }
  return [...seen.values()].slice(0, mostFaults)
}

/**
 * A value that matches no branch of a union fails every branch, but the caller needs one sentence. Of the branches'
 * errors, only those that are not a wrong type are reported.
 */
function withUnionsMerged(errors: readonly ValidationError[]): Fault[] {
  const unions = errors.filter(error => error.keyword === 'anyOf')
  const within = (error: ValidationError, union: ValidationError) =>
    error.schemaPath.startsWith(`${union.schemaPath}/anyOf/`)
  return errors.flatMap(error => {
    if (unions.some(union => within(error, union))) return []
    if (error.keyword !== 'anyOf') return describe(error)
    return describeUnion(
      error.instancePath,
      errors.filter(branch => within(branch, error)),
    )
  })
}

function describeUnion(path: string, branches: readonly ValidationError[]): Fault[] {
  const literals = branches.flatMap(branch =>
    branch.keyword === 'const' ? [branch.params.allowedValue] : [],
  )
  if (literals.length > 0) return [{ path, message: oneOf(literals) }]
  const isOfAnotherType = (branch: ValidationError) =>
    branch.keyword === 'type' && branch.instancePath === path
  const types = branches.flatMap(branch =>
    branch.keyword === 'type' && branch.instancePath === path ? [branch.params.type].flat() : [],
  )
  const others = branches.filter(branch => !isOfAnotherType(branch) && branch.keyword !== 'anyOf')
  if (others.length > 0) return others.flatMap(describe)
  return [{ path, message: `must be ${types.map(named).join(' or ')}` }]
}

function describe(error: ValidationError): Fault[] {
  const path = error.instancePath
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map(key => ({
        path: pointerTo(path, key),
        message: 'is required',
      }))
    case 'additionalProperties':
      // TypeBox also reports each unknown field separately, as one whose schema is `false`.
      return []
    case 'boolean':
      return [{ path, message: 'is not a known field' }]
    default:
      return [{ path, message: message(error) }]
  }
}

function message(error: ValidationError): string {
  switch (error.keyword) {
    case 'type':
      return `must be ${[error.params.type].flat().map(named).join(' or ')}`
    case 'format':
      return `must be ${formats[error.params.format] ?? `a valid ${error.params.format}`}`
    case 'enum':
      return oneOf(error.params.allowedValues)
    case 'const':
      return `must be ${String(error.params.allowedValue)}`
    case 'pattern':
      return `must match ${String(error.params.pattern)}`
    case '~refine':
      return error.params.message
    default:
      return boundary(error) ?? 'is not valid'
  }
}

function boundary(error: ValidationError): string | undefined {
  switch (error.keyword) {
    case 'minLength':
      return error.params.limit === 1
        ? 'must not be empty'
        : `must be at least ${error.params.limit} characters`
    case 'maxLength':
      return `must be at most ${error.params.limit} characters`
    case 'minimum':
      return `must be at least ${error.params.limit}`
    case 'maximum':
      return `must be at most ${error.params.limit}`
    case 'exclusiveMinimum':
      return `must be more than ${error.params.limit}`
    case 'exclusiveMaximum':
      return `must be less than ${error.params.limit}`
    case 'multipleOf':
      return `must be a multiple of ${error.params.multipleOf}`
    case 'minItems':
      return `must have at least ${error.params.limit} items`
    case 'maxItems':
      return `must have at most ${error.params.limit} items`
    case 'minProperties':
      return `must have at least ${error.params.limit} fields`
    case 'maxProperties':
      return `must have at most ${error.params.limit} fields`
    case 'uniqueItems':
      return 'must not hold an item twice'
    default:
      return undefined
  }
}

const formats: Record<string, string> = {
  email: 'an email address',
  uuid: 'a UUID',
  'visible-text':
    'visible text: remove control, zero-width and direction characters, or enter at least one visible character',
  'date-time': 'a time such as 2026-01-31T12:00:00Z',
  date: 'a date such as 2026-01-31',
  uri: 'a URI',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
}

const typeNames: Record<string, string> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
}

function named(type: string): string {
  return typeNames[type] ?? type
}

function oneOf(values: readonly unknown[]): string {
  return `must be one of ${values.map(String).join(', ')}`
}
