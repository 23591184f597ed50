import type { FastifyInstance, HTTPMethods } from 'fastify'
import { Problem } from '../../errors.ts'

const methods = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'] as const satisfies readonly HTTPMethods[]

/**
 * Why there is no route for a request: its path has others (405 with the methods that it does have, sorted, RFC
 * 9110 §15.5.6), or none at all (404). Asked of the router, so that no route has to be declared for it. OPTIONS is
 * never among them: a preflight asks about other methods.
 */
export function unroutedProblem(app: FastifyInstance, url: string): Problem {
  const allow = methods.filter(method => app.findRoute({ method, url }) !== null)
  return allow.length > 0 ? new Problem('method_not_allowed', { allow }) : new Problem('not_found')
}
