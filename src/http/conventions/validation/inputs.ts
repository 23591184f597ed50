import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { Problem } from '../../../errors.ts'
import { type Fault, mostFaults } from '../fault.ts'
import { pointerTo } from '../json-pointer.ts'
import { isRecord } from '../record.ts'
import { textFault } from '../text.ts'

/**
 * Closes what a route does not declare: without a schema for its query it takes no query, without one for its body
 * no body. Else a misspelt or misplaced field would be dropped silently, which is what schemas are to prevent.
 * Texts in the path and the query are held to the same rules as those in a body. Routes that are hidden from the
 * API's description (the description itself, the pages that show it) are left alone.
 */
export function closeInputs(app: FastifyInstance): void {
  app.addHook('onRoute', route => {
    if (route.schema?.hide) return
    const check = inputCheck(route)
    const own = route.preValidation ?? []
    route.preValidation = [
      (request, _reply, done) => done(check(request)),
      ...(Array.isArray(own) ? own : [own]),
    ]
  })
}

function inputCheck(route: RouteOptions): (request: FastifyRequest) => Problem | undefined {
  const takesQuery = route.schema?.querystring !== undefined
  const takesBody = route.schema?.body !== undefined
  return request => {
    if (!takesBody && request.body !== undefined) {
      const errors = [{ path: '', message: 'must be empty: this call takes no body' }]
      return new Problem('validation_failed', { errors })
    }
    return problemIn('query string', request.query, takesQuery) ?? problemIn('path', request.params, true)
  }
}

function problemIn(part: string, values: unknown, declared: boolean): Problem | undefined {
  if (!isRecord(values)) return undefined
  const errors: Fault[] = []
  for (const key of Object.keys(values)) {
    const message = declared ? valueFault(key, values[key]) : 'is not a known field'
    if (message !== undefined && errors.length < mostFaults)
      errors.push({ path: pointerTo('', key), message })
  }
  if (errors.length === 0) return undefined
  return new Problem('validation_failed', { detail: `The ${part} is not valid.`, errors })
}

function valueFault(key: string, value: unknown): string | undefined {
  if (key === '__proto__' || textFault(key) !== undefined) return 'is not a name that a field may have'
  if (Array.isArray(value))
    return value.map(item => textFault(String(item))).find(fault => fault !== undefined)
  return typeof value === 'string' ? textFault(value) : undefined
}
