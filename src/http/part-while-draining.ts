import type { FastifyInstance } from 'fastify'

/**
 * Asks whoever is answered while this instance stops to come back on another connection. Fastify asks only those whose
 * request comes after the port has closed; a connection that is kept after any other answer would hold up the end.
 */
export function partWhileDraining(app: FastifyInstance, isDraining: () => boolean): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining()) reply.header('connection', 'close')
    done()
  })
}
