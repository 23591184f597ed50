import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import Format from 'typebox/format'
import { Settings } from 'typebox/system'
import { canonicalEmail } from '../../../account/email.ts'
import { Problem } from '../../../errors.ts'
import { isVisibleText } from '../../../session/device/visible-text.ts'
import { fromTexts } from './query-values.ts'
import { requireStrict } from './strict-object.ts'
import { describeFaults } from './validation-messages.ts'

/** The name that callers use for a part of the request, by Fastify's name. */
const parts: Record<string, string> = {
  querystring: 'query string',
  params: 'path',
  headers: 'header',
}

/**
 * Makes Fastify's validator compiler for TypeBox schemas. Nothing is coerced in a body; a query string and a path,
 * where everything arrives as text, get their numbers and booleans read first. A request that does not fit
 * becomes a `validation_failed` that lists what is wrong, field by field.
 */
export function createValidatorCompiler(): FastifySchemaCompiler<TSchema> {
  // TypeBox stops at 8 errors, which a union of a few literals uses up alone.
  Settings.Set({ maxErrors: 256 })
  Format.Set('email', text => canonicalEmail(text) !== null)
  // An empty text has its own message.
  Format.Set('visible-text', text => text === '' || isVisibleText(text))
  return ({ schema, method, url, httpPart = 'body' }) => {
    if (httpPart !== 'headers') requireStrict(schema, `${method} ${url}: the schema of its ${httpPart}`)
    const validator = Compile(schema)
    const read = httpPart === 'body' ? (value: unknown) => value : fromTexts(schema)
    return (data: unknown) => {
      const value = read(data)
      if (validator.Check(value)) return { value }
      const part = parts[httpPart]
      const errors =
        httpPart === 'body' && data === null
          ? [{ path: '', message: 'is required: send a JSON object' }]
          : describeFaults(validator.Errors(value))
      return {
        error: new Problem(
          'validation_failed',
          part ? { detail: `The ${part} is not valid.`, errors } : { errors },
        ),
      }
    }
  }
}
