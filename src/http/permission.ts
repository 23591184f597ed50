import type { FastifyRequest } from 'fastify'
import { Problem, type ProblemCode } from '../errors.ts'
import { hasPermission, type OperatorPermission } from '../security/permissions.ts'
import { looksLikeServiceKey } from '../security/service-keys.ts'
import type { Services } from '../services.ts'
import type { Actor, Origin } from '../session/session.ts'
import { bearerToken, requireSignedIn, sessionOf, signedInProblems } from './authenticate.ts'
import { originOf } from './origin.ts'

/** What every call by an operator may be answered with, beside its own problems. */
export const operatorProblems = [
  ...signedInProblems,
  'service_key_invalid',
  'permission_denied',
] as const satisfies readonly ProblemCode[]

/**
 * A hook for routes that need a signed-in person with a permission. Roles are those of the user's row, as the session's
 * snapshot has them; never of the token. No scope of a service key stands for a permission, so a key is told so.
 */
export function requirePermission(services: Services, permission: OperatorPermission) {
  return async (request: FastifyRequest): Promise<void> => {
    const isAllowed = (await isServiceKey(services, request)) ? false : await signIn(request)
    if (!isAllowed) throw new Problem('permission_denied', { requires: permission })
  }

  async function signIn(request: FastifyRequest): Promise<boolean> {
    request.session = await requireSignedIn(services, request)
    return hasPermission(services.config.permissions, request.session.roles, permission)
  }
}

/** Throws `service_key_invalid` for what looks like one and is none. */
async function isServiceKey(services: Services, request: FastifyRequest): Promise<boolean> {
  const token = bearerToken(request)
  if (token === null || !looksLikeServiceKey(token)) return false
  request.serviceKey = await services.serviceKeys.identify(token)
  if (request.serviceKey === null) throw new Problem('service_key_invalid')
  return true
}

/** Who acts on a route behind `requirePermission`, for the audit log. */
export function operatorOf(request: FastifyRequest): { actor: Actor; origin: Origin } {
  return { actor: sessionOf(request).userId, origin: originOf(request) }
}

/** How a route for operators describes itself. */
export function operatorRoute(permission: OperatorPermission) {
  return { tags: ['operators'], security: [{ bearer: [permission] }] }
}
