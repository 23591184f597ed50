import type { FastifyInstance } from 'fastify'
import { Problem } from '../../../errors.ts'
import { type Fault, mostFaults } from '../fault.ts'
import { textFault } from '../text.ts'
import { addTextParser } from './body-parser.ts'

export const formMediaType = 'application/x-www-form-urlencoded'

/** Takes forms in the scope of `app`, with these parameters. */
export function acceptForms(app: FastifyInstance, parameters: readonly string[]): void {
  addTextParser(app, formMediaType, text => parseForm(text, parameters))
}

/**
 * A form as OAuth reads it (RFC 6749 §3.2): parameters that are not known are ignored, one without a value counts as
 * left out, and none may come twice.
 *
 * @throws Problem `validation_failed`, with one entry a fault.
 */
export function parseForm(text: string, parameters: readonly string[]): Record<string, string> {
  const sent = new URLSearchParams(text)
  const errors: Fault[] = []
  const form: Record<string, string> = {}
  for (const name of parameters) {
    const [value = '', ...others] = sent.getAll(name)
    const message = others.length > 0 ? 'must not be sent twice' : textFault(value)
    if (message !== undefined && errors.length < mostFaults) errors.push({ path: `/${name}`, message })
    if (value !== '') form[name] = value
  }
  if (errors.length > 0) throw new Problem('validation_failed', { errors })
  return form
}
