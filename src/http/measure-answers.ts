import type { FastifyInstance, FastifyRequest } from 'fastify'
import { monotonic } from '../clock.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Milliseconds of the monotonic clock; 0 for what the router refused before any hook. */
    startedAt: number
  }
}

/** Requests without a route. */
const unrouted = 'none'

/**
 * Reports every response, from whatever source, when it is sent: a hook for its end would add two listeners to each.
 * Input that never became a request (garbage on the socket) is not counted.
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

/** The route as registered, so that no id and no text of a caller is used. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? unrouted
}

export function tookMs({ startedAt }: FastifyRequest): number {
  return startedAt === 0 ? 0 : monotonic() - startedAt
}
