import { errorCodes, type FastifyInstance } from 'fastify'

/**
 * Ends every request at its route's `handlerTimeout`. Fastify itself does so only while there is no body: it takes the
 * end of one for the end of the connection, and stops its timer (fastify/fastify#6725, as of 5.12).
 */
export function keepDeadlines(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { handlerTimeout, url } = request.routeOptions
    const timer = setTimeout(() => {
      if (reply.sent || reply.raw.headersSent) return
      reply.send(new errorCodes.FST_ERR_HANDLER_TIMEOUT(handlerTimeout, url))
    }, handlerTimeout)
    reply.raw.once('close', () => clearTimeout(timer))
    done()
  })
}
