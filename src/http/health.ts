import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Services } from '../services.ts'

const Readiness = Type.Object(
  {
    status: Type.Enum(['ok', 'degraded', 'unavailable']),
    postgres: Type.Enum(['up', 'down']),
    redis: Type.Enum(['up', 'down', 'recovering', 'restricted', 'off']),
  },
  { title: 'Readiness' },
)

/** For supervisors that restart the process (live) and load balancers that route requests to it (ready). */
export const healthRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  app.get(
    '/health/live',
    {
      schema: {
        operationId: 'getLiveness',
        tags: ['Health'],
        summary: 'The process responds',
        response: { 200: Type.Object({ status: Type.Literal('ok') }, { title: 'Liveness' }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  )

  app.get(
    '/health/ready',
    {
      schema: {
        operationId: 'getReadiness',
        tags: ['Health'],
        summary: 'Requests may be sent here',
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      const health = services.health()
      return reply.code(health.status === 'unavailable' ? 503 : 200).send(health)
    },
  )
}
