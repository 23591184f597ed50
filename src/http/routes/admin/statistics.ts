import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Services } from '../../../services.ts'
import { operatorProblems, operatorRoute, requirePermission } from '../../permission.ts'
import { Timestamp, timestamp } from '../../schemas.ts'

const Counts = Type.Record(Type.String(), Type.Integer())

const Happened = Type.Object({
  created: Type.Integer(),
  refreshed: Type.Integer(),
  expired: Type.Integer({ description: 'Idle for too long, or too old; not revoked.' }),
  revoked: Type.Record(Type.String(), Type.Integer(), { description: 'By reason.' }),
})

const Statistics = Type.Object({
  live: Type.Object({ total: Type.Integer(), byClientType: Counts, byAuthMethod: Counts }),
  lastHour: Happened,
  lastDay: Happened,
  averageAgeSeconds: Type.Integer({ description: 'Of the live sessions.' }),
  asOf: Timestamp,
})

export const statisticsRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  app.get(
    '/v1/admin/stats',
    {
      onRequest: requirePermission(services, 'sessions:read'),
      schema: {
        ...operatorRoute('sessions:read'),
        summary: 'How many sessions there are, and what happened to them',
        description:
          'Counted from the sessions themselves. A count serves for ten times as long as it took; `asOf` is its moment. Refreshes are counted by the minute, and up to five seconds late.',
        response: { 200: Statistics },
      },
      config: { problems: [...operatorProblems] },
    },
    async () => {
      const { asOf, ...counted } = await services.statistics.read()
      return { ...counted, asOf: timestamp(asOf) }
    },
  )
}
