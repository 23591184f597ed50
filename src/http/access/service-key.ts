import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { ServiceKey, ServiceKeyScope } from '../../access/service-keys.ts'
import { Problem, type ProblemCode } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { Actor } from '../../session/session.ts'
import { basicCredentials, usesBasic } from './basic-auth.ts'
import { countedAddress } from './client-address.ts'
import { bearerToken } from './credential.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The service that calls, where a service key was asked for or accepted. */
    serviceKey: ServiceKey | null
  }
}

/** What every call with a service key may be answered with, beside its own problems. */
export const serviceKeyProblems = [
  'authentication_required',
  'service_key_invalid',
  'insufficient_scope',
  'rate_limited',
  'store_unavailable',
] as const satisfies readonly ProblemCode[]

export const serviceKeys = fp(
  async (app: FastifyInstance) => {
    app.decorateRequest('serviceKey', null)
  },
  { name: 'service-keys', fastify: '5.x' },
)

/** A hook for routes that services call: their key stands in `Authorization`. */
export function requireScope(services: Services, scope: ServiceKeyScope) {
  return async (request: FastifyRequest): Promise<void> => {
    const text = bearerToken(request)
    if (text === null) throw new Problem('authentication_required')
    request.serviceKey = await keyWithScope(services, request, text, scope)
  }
}

/**
 * A hook for routes that OAuth clients call: the key stands in `Authorization`, by itself or as the secret of HTTP Basic,
 * where the user name is the key's name.
 */
export function requireClient(services: Services, scope: ServiceKeyScope) {
  const requireBearer = requireScope(services, scope)
  return async (request: FastifyRequest): Promise<void> => {
    if (!usesBasic(request)) return await requireBearer(request)
    request.serviceKey = withScope(await keyOfBasic(services, request), scope)
  }
}

/** A hook for routes that anybody may call: who authenticates by HTTP Basic all the same must be who it says. */
export function checkClient(services: Services) {
  return async (request: FastifyRequest): Promise<void> => {
    if (usesBasic(request)) request.serviceKey = await keyOfBasic(services, request)
  }
}

async function keyOfBasic(services: Services, request: FastifyRequest): Promise<ServiceKey> {
  const credentials = basicCredentials(request)
  const key = credentials === null ? null : await identifyService(services, request, credentials.secret)
  if (key === null || key.name !== credentials?.name) throw new Problem('service_key_invalid')
  return key
}

/** A hook for routes where `Authorization` is a person's: a service may say who it is in a header of its own. */
export function acceptServiceKey(services: Services, scope: ServiceKeyScope) {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    const text = request.headers['x-latchkey-service-key']
    // Hardly anybody brings one; a promise for each would be paid by all.
    if (text === undefined) done()
    else {
      // One that is not known yet is looked up in Postgres, and what the route does itself comes after it.
      request.server.startDeadline(request, reply)
      keyWithScope(services, request, String(text), scope).then(key => {
        request.serviceKey = key
        done()
      }, done)
    }
  }
}

async function keyWithScope(
  services: Services,
  request: FastifyRequest,
  text: string,
  scope: ServiceKeyScope,
): Promise<ServiceKey> {
  const key = await identifyService(services, request, text)
  if (key === null) throw new Problem('service_key_invalid')
  return withScope(key, scope)
}

/**
 * Whose key it is; null for an unknown one. What had to be looked for in vain counts against the address, and past its
 * limit nothing more is looked for: it throws `rate_limited`. Known keys from there are not affected.
 */
export async function identifyService(
  services: Services,
  request: FastifyRequest,
  text: string,
): Promise<ServiceKey | null> {
  const { limits } = request.server
  let wasRead = false
  const key = await services.serviceKeys.identify(text, () => {
    limits.requireHere('anonymous_address', countedAddress(request))
    wasRead = true
  })
  if (key === null && wasRead) limits.takeHere('anonymous_address', countedAddress(request))
  return key
}

function withScope(key: ServiceKey, scope: ServiceKeyScope): ServiceKey {
  if (!key.scopes.includes(scope)) throw new Problem('insufficient_scope', { requires: scope })
  return key
}

/** How the service behind a request stands in the audit log. */
export function serviceActor(request: FastifyRequest): Actor {
  if (request.serviceKey === null) throw new Problem('authentication_required')
  return `service:${request.serviceKey.name}`
}
