import type { FastifyRequest } from 'fastify'
import { hasPermission, type OperatorPermission } from '../../access/permissions.ts'
import { looksLikeServiceKey } from '../../access/service-keys.ts'
import { Problem, type ProblemCode } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { DoneBy } from '../../session/session.ts'
import { authenticate, sessionOf, signedInProblems } from './authenticate.ts'
import type { Cookies } from './cookies.ts'
import { bearerToken } from './credential.ts'
import { originOf } from './origin.ts'
import { identifyService } from './service-key.ts'

/** The problems of every call by an operator, in addition to its own. */
export const operatorProblems = [
  ...signedInProblems,
  'service_key_invalid',
  'permission_denied',
] as const satisfies readonly ProblemCode[]

/**
 * A hook for the scope of operators: the caller is a signed-in user or a service. Throws `service_key_invalid` for a value
 * that looks like a key but is not one.
 */
export function identifyOperator(services: Services, cookies: Cookies) {
  const authenticatePerson = authenticate(services, cookies)
  return async (request: FastifyRequest): Promise<void> => {
    const token = bearerToken(request)
    if (token === null || !looksLikeServiceKey(token)) return await authenticatePerson(request)
    request.serviceKey = await identifyService(services, request, token)
    if (request.serviceKey === null) throw new Problem('service_key_invalid')
  }
}

/**
 * A hook for routes behind `identifyOperator` that need a permission. Roles are those of the user's row, as the session's
 * snapshot has them, never those of the token. No scope of a service key is a permission, so a key is always rejected.
 */
export function requirePermission(services: Services, permission: OperatorPermission) {
  return async ({ session }: FastifyRequest): Promise<void> => {
    const isAllowed =
      session !== null && hasPermission(services.config.permissions, session.roles, permission)
    if (!isAllowed) throw new Problem('permission_denied', { requires: permission })
  }
}

/** The actor on a route behind `requirePermission`, for the audit log. */
export function operatorOf(request: FastifyRequest): DoneBy {
  return { actor: sessionOf(request).userId, origin: originOf(request) }
}

/** The schema that routes for operators share. */
export function operatorRoute(permission: OperatorPermission) {
  return { tags: ['Operators'], security: [{ bearer: [permission] }, { cookie: [permission] }] }
}
