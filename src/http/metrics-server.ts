import Fastify, { type FastifyInstance } from 'fastify'
import type { Metrics } from '../metrics/metrics.ts'

/** `/metrics` on a separate port, so that it is not exposed with the public API. */
export function buildMetricsServer(metrics: Metrics): FastifyInstance {
  const app = Fastify()
  app.get('/metrics', async (_request, reply) => {
    reply.header('content-type', metrics.contentType).header('cache-control', 'no-store')
    return await metrics.text()
  })
  return app
}
