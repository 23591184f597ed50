import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Services } from '../../services.ts'
import { operatorOf, operatorProblems, operatorRoute, requirePermission } from '../access/permission.ts'

/** Milliseconds after which no further batch starts: a request takes at most two seconds. */
const patienceMs = 1_000

export const cleanupRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  app.post(
    '/v1/admin/cleanup',
    {
      onRequest: requirePermission(services, 'sessions:cleanup'),
      schema: {
        operationId: 'runCleanup',
        ...operatorRoute('sessions:cleanup'),
        summary: 'Run cleanup for about a second',
        description: 'The next call or the scheduled run deletes the rest. Expiry does not depend on either.',
        response: {
          200: Type.Union([
            Type.Object(
              {
                deletedSessions: Type.Integer(),
                deletedEvents: Type.Integer(),
                tookMs: Type.Integer(),
              },
              { title: 'CleanupDone' },
            ),
            Type.Object({ skipped: Type.Literal('running elsewhere') }, { title: 'CleanupSkipped' }),
          ]),
        },
      },
      config: { problems: [...operatorProblems] },
    },
    async request => {
      const signal = AbortSignal.timeout(patienceMs)
      const result = await services.maintenance.cleanUp(operatorOf(request), { signal })
      if (result.kind === 'running_elsewhere') return { skipped: 'running elsewhere' as const }
      const { deletedSessions, deletedEvents, tookMs } = result
      return { deletedSessions, deletedEvents, tookMs }
    },
  )
}
