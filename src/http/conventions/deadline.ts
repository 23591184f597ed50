import { errorCodes, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For a route in which every step has its own time limit. */
    deadline?: false
    /** The route hashes a password, which takes as long as the processor has other work. */
    hashes?: true
  }
  interface FastifyInstance {
    /** For a request of such a route that takes more steps than others: it gets a deadline all the same. */
    startDeadline(request: FastifyRequest, reply: FastifyReply): void
  }
}

/**
 * Responds if there is no response after this many milliseconds. Fastify's own `handlerTimeout` takes the end of a body for the
 * end of the connection and stops its timer (fastify/fastify#6725, as of 5.12); and it costs every request some 7 µs,
 * most of it for an `AbortController`, where an empty route takes 25.
 */
export function keepDeadlines(app: FastifyInstance, timeoutMs: number): void {
  app.addHook('onRoute', route => {
    if (route.config?.deadline === false) return
    const own = route.onRequest ?? []
    route.onRequest = [startTimer, ...(Array.isArray(own) ? own : [own])]
  })
  app.decorate('startDeadline', startDeadline)

  function startTimer(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    startDeadline(request, reply)
    done()
  }

  function startDeadline(request: FastifyRequest, reply: FastifyReply): void {
    const timer = setTimeout(answerLate, timeoutMs, reply, request.url)
    reply.raw.once('close', () => clearTimeout(timer))
  }

  function answerLate(reply: FastifyReply, url: string): void {
    if (reply.sent || reply.raw.headersSent) return
    reply.send(new errorCodes.FST_ERR_HANDLER_TIMEOUT(timeoutMs, url))
    // The later result of the handler is dropped; Fastify would warn, with a stack, that it was sent twice.
    reply.send = () => reply
  }
}
