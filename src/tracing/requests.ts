import http from 'node:http'
import { context } from '@opentelemetry/api'
import { getRPCMetadata } from '@opentelemetry/core'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import type { FastifyInstance } from 'fastify'

/** Health checks and scrapes every few seconds, on either port, would bury the rest. */
const ignored = /^\/(health\/|metrics\b)/

/** A span for each request that comes in, as a child of the caller's span, if it sends one (W3C Trace Context). */
export function traceRequests(): void {
  const instrumentation = new HttpInstrumentation({
    enabled: false,
    disableOutgoingRequestInstrumentation: true,
    ignoreIncomingRequestHook: request => ignored.test(request.url ?? ''),
  })
  for (const { name, patch } of instrumentation.getModuleDefinitions()) if (name === 'http') patch?.(http)
}

/** Named for the registered route: paths contain ids, and a name for each would be useless. */
export function nameSpansByRoute(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const metadata = getRPCMetadata(context.active())
    if (metadata !== undefined && request.routeOptions.url !== undefined) {
      metadata.route = request.routeOptions.url
    }
    done()
  })
}
