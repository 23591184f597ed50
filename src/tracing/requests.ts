import http from 'node:http'
import { context } from '@opentelemetry/api'
import { getRPCMetadata } from '@opentelemetry/core'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import type { FastifyInstance } from 'fastify'

/** What asks every few seconds, on either port, would bury the rest. */
const ignored = /^\/(health\/|metrics\b)/

/** A span for each request that comes in, as a child of the caller's, if it names one (W3C Trace Context). */
export function traceRequests(): void {
  const instrumentation = new HttpInstrumentation({
    enabled: false,
    disableOutgoingRequestInstrumentation: true,
    ignoreIncomingRequestHook: request => ignored.test(request.url ?? ''),
  })
  for (const { name, patch } of instrumentation.getModuleDefinitions()) if (name === 'http') patch?.(http)
}

/** By the route as it is registered: paths hold ids, and a name of its own for each would make them useless. */
export function nameSpansByRoute(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const metadata = getRPCMetadata(context.active())
    if (metadata !== undefined && request.routeOptions.url !== undefined) {
      metadata.route = request.routeOptions.url
    }
    done()
  })
}
