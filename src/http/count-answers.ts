import type { FastifyInstance } from 'fastify'

/** What no route has. */
const unrouted = 'none'

/**
 * Tells of every answer, whoever gave it. On its way out: a hook for its end would put two listeners on each response.
 * What never became a request (garbage on the socket) is not counted.
 */
export function countAnswers(
  app: FastifyInstance,
  answered: (route: string, statusCode: number) => void,
): void {
  app.addHook('onSend', (request, reply, _payload, done) => {
    answered(request.routeOptions.url ?? unrouted, reply.statusCode)
    done()
  })
}
