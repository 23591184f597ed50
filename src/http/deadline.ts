import { errorCodes, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For a route whose every step ends in time by itself. */
    deadline?: false
  }
}

/**
 * Answers what has no answer after so many milliseconds. Fastify's own `handlerTimeout` takes the end of a body for the
 * end of the connection and stops its timer (fastify/fastify#6725, as of 5.12); and it costs every request some 7 µs,
 * most of it for an `AbortController`, where an empty route takes 25.
 */
export function keepDeadlines(app: FastifyInstance, timeoutMs: number): void {
  app.addHook('onRoute', route => {
    if (route.config?.deadline === false) return
    const own = route.onRequest ?? []
    route.onRequest = [startTimer, ...(Array.isArray(own) ? own : [own])]
  })

  function startTimer(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const timer = setTimeout(answerLate, timeoutMs, reply, request.url)
    reply.raw.once('close', () => clearTimeout(timer))
    done()
  }

  function answerLate(reply: FastifyReply, url: string): void {
    if (reply.sent || reply.raw.headersSent) return
    reply.send(new errorCodes.FST_ERR_HANDLER_TIMEOUT(timeoutMs, url))
    // What the handler comes to later is for nobody; Fastify would warn, with a stack, that it was sent twice.
    reply.send = () => reply
  }
}
