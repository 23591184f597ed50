import Fastify, { type FastifyInstance } from 'fastify'
import type { Metrics } from '../metrics/metrics.ts'

/** `/metrics` on a port of its own, so that it need not be shut off from those who sign in. */
export function buildMetricsServer(metrics: Metrics): FastifyInstance {
  const app = Fastify()
  app.get('/metrics', async (_request, reply) => {
    reply.header('content-type', metrics.contentType).header('cache-control', 'no-store')
    return await metrics.text()
  })
  return app
}
