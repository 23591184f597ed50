import type { FastifyInstance, FastifyRequest } from 'fastify'
import { monotonic } from '../clock.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Milliseconds of the monotonic clock; 0 for what the router refused before any hook. */
    startedAt: number
  }
}

/** What no route has. */
const unrouted = 'none'

/**
 * Reports every answer, whoever gave it. On its way out: a hook for its end would put two listeners on each response.
 * What never became a request (garbage on the socket) is not counted.
 */
export function measureAnswers(
  app: FastifyInstance,
  answered: (route: string, method: string, statusCode: number, tookMs: number) => void,
): void {
  app.decorateRequest('startedAt', 0)
  app.addHook('onRequest', (request, _reply, done) => {
    request.startedAt = monotonic()
    done()
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    answered(routeOf(request), request.method, reply.statusCode, tookMs(request))
    done()
  })
}

/** The route as it is registered, so that neither ids nor what a caller made up get anywhere. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? unrouted
}

export function tookMs({ startedAt }: FastifyRequest): number {
  return startedAt === 0 ? 0 : monotonic() - startedAt
}
