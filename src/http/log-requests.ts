import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/config.ts'
import { routeOf, tookMs } from './measure-answers.ts'

/**
 * One line for each answer, or for each of 4xx and 5xx. The route as it is registered and no path, query, header or
 * body: nothing that a caller sent, except a plain `x-request-id`, gets into the log.
 */
export function logRequests(app: FastifyInstance, mode: Config['logRequests']): void {
  if (mode === 'off') return
  app.addHook('onSend', (request, reply, _payload, done) => {
    const { statusCode: status, problemCode } = reply
    if (mode === 'all' || status >= 400) {
      const line = {
        reqId: request.id,
        method: request.method,
        route: routeOf(request),
        status,
        durationMs: Math.round(tookMs(request) * 1_000) / 1_000,
        ...(problemCode === null ? {} : { code: problemCode }),
      }
      if (status >= 500) request.log.warn(line, 'request answered')
      else request.log.info(line, 'request answered')
    }
    done()
  })
}
