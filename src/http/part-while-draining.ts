import type { FastifyInstance } from 'fastify'

/**
 * Asks clients to use another connection while this instance stops. Fastify asks only those whose
 * request comes after the port has closed; a connection that is kept after any other response would delay the shutdown.
 */
export function partWhileDraining(app: FastifyInstance, isDraining: () => boolean): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining()) reply.header('connection', 'close')
    done()
  })
}
