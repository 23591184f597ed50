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
    /** The calling service, on routes that require or accept a service key. */
    serviceKey: ServiceKey | null
  }
}

/** The problems of every call with a service key, in addition to its own. */
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

/** A hook for routes that services call, with their key in `Authorization`. */
export function requireScope(services: Services, scope: ServiceKeyScope) {
  return async (request: FastifyRequest): Promise<void> => {
    const text = bearerToken(request)
    if (text === null) throw new Problem('authentication_required')
    request.serviceKey = await keyWithScope(services, request, text, scope)
  }
}

/**
 * A hook for routes that OAuth clients call: the key is in `Authorization`, alone or as the secret of HTTP Basic,
 * where the user name is the key's name.
 */
export function requireClient(services: Services, scope: ServiceKeyScope) {
  const requireBearer = requireScope(services, scope)
  return async (request: FastifyRequest): Promise<void> => {
    if (!usesBasic(request)) return await requireBearer(request)
    request.serviceKey = withScope(await keyOfBasic(services, request), scope)
  }
}

/** A hook for public routes: HTTP Basic is optional, but must be valid if it is sent. */
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

/** A hook for routes where `Authorization` belongs to the user: a service may send its key in a separate header. */
export function acceptServiceKey(services: Services, scope: ServiceKeyScope) {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    const text = request.headers['x-latchkey-service-key']
    // Keys are rare here; a promise for each request would cost all of them.
    if (text === undefined) done()
    else {
      // An unknown key is looked up in Postgres before the route does its own work.
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
 * The owner of the key; null for an unknown one. A failed lookup counts against the address, and beyond its limit there are
 * no more lookups: it throws `rate_limited`. Known keys from that address are not affected.
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

/** The service of a request, as recorded in the audit log. */
export function serviceActor(request: FastifyRequest): Actor {
  if (request.serviceKey === null) throw new Problem('authentication_required')
  return `service:${request.serviceKey.name}`
}
