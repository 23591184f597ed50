import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Services } from '../../services.ts'
import { version } from '../../version.ts'
import { operatorProblems, operatorRoute, requirePermission } from '../access/permission.ts'
import { Timestamp, timestamp } from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'

const Counts = Type.Record(Type.String(), Type.Integer())

const Happened = Type.Object(
  {
    created: Type.Integer(),
    refreshed: Type.Integer(),
    expired: Type.Integer({ description: 'Idle for too long, or too old; not revoked.' }),
    revoked: Type.Record(Type.String(), Type.Integer(), { description: 'By reason.' }),
  },
  { title: 'SessionChanges' },
)

const Statistics = Type.Object(
  {
    live: Type.Object({ total: Type.Integer(), byClientType: Counts, byAuthMethod: Counts }),
    lastHour: Happened,
    lastDay: Happened,
    averageAgeSeconds: Type.Integer({ description: 'Of the live sessions.' }),
    asOf: Timestamp,
  },
  { title: 'Statistics' },
)

const History = Type.Object(
  {
    stepSeconds: Type.Integer(),
    points: Type.Array(
      Type.Object({
        at: Timestamp,
        signedIn: Type.Integer(),
        signInFailed: Type.Integer(),
        refreshed: Type.Integer(),
        revoked: Type.Integer(),
        locked: Type.Integer({ description: 'Accounts locked after too many failed sign-ins.' }),
        reused: Type.Integer({ description: 'Spent refresh tokens that were reused.' }),
      }),
      { description: 'Oldest first; the last step is not finished.' },
    ),
  },
  { title: 'StatisticsHistory' },
)

const Standing = Type.Object(
  {
    status: Type.Enum(['ok', 'degraded', 'unavailable']),
    postgres: Type.Enum(['up', 'down']),
    redis: Type.Enum(['up', 'down', 'recovering', 'restricted', 'off']),
    feedAgeMs: Type.Integer({ description: 'Time since this instance last read the revocations.' }),
    revocationLeaseMs: Type.Integer({ description: 'How long the instance trusts what it has read.' }),
    version: Type.String(),
  },
  { title: 'InstanceStatus' },
)

export const statisticsRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  app.get(
    '/v1/admin/stats',
    {
      onRequest: requirePermission(services, 'sessions:read'),
      schema: {
        operationId: 'getStatistics',
        ...operatorRoute('sessions:read'),
        summary: 'Session statistics',
        description:
          'Counted from the sessions themselves. A count is reused for ten times as long as it took; `asOf` is its time. Refreshes are counted per minute, up to five seconds late.',
        response: { 200: Statistics },
      },
      config: { problems: [...operatorProblems] },
    },
    async () => {
      const { asOf, ...counted } = await services.statistics.read()
      return { ...counted, asOf: timestamp(asOf) }
    },
  )

  app.get(
    '/v1/admin/stats/history',
    {
      onRequest: requirePermission(services, 'sessions:read'),
      schema: {
        operationId: 'getStatisticsHistory',
        ...operatorRoute('sessions:read'),
        summary: 'Session history',
        description: 'The last hour by minute, or the last day by quarter-hour.',
        querystring: StrictObject({ span: Type.Optional(Type.Enum(['hour', 'day'], { default: 'hour' })) }),
        response: { 200: History },
      },
      config: { problems: ['validation_failed', ...operatorProblems] },
    },
    async request => {
      const { stepSeconds, points } = await services.history.read(request.query.span ?? 'hour')
      return { stepSeconds, points: points.map(({ at, ...counts }) => ({ at: timestamp(at), ...counts })) }
    },
  )

  app.get(
    '/v1/admin/status',
    {
      onRequest: requirePermission(services, 'sessions:read'),
      schema: {
        operationId: 'getInstanceStatus',
        ...operatorRoute('sessions:read'),
        summary: 'State of this instance and its stores',
        response: { 200: Standing },
      },
      config: { problems: [...operatorProblems] },
    },
    async () => ({
      ...services.health(),
      feedAgeMs: services.feedAgeMs(),
      revocationLeaseMs: services.config.revocationLeaseMs,
      version,
    }),
  )
}
