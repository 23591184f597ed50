import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { ownEvent, ownEventTypes } from '../../account/own-events.ts'
import type { Services } from '../../services.ts'
import { sessionOf, signedInProblems } from '../access/authenticate.ts'
import {
  Device,
  Id,
  NextCursor,
  nextCursorView,
  pageFields,
  pageIn,
  Timestamp,
  timestamp,
} from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'

const OwnEventView = Type.Object(
  {
    id: Id,
    type: Type.Enum([...ownEventTypes]),
    severity: Type.Enum(['info', 'warning', 'critical']),
    sessionId: Type.Union([Id, Type.Null()]),
    actor: Type.Enum(['you', 'operator', 'service', 'somebody'], {
      description: '`somebody` was not signed in; `service` is a rule of the service, or another program.',
    }),
    ipAddress: Type.Union([Type.String(), Type.Null()]),
    device: Type.Union([Device, Type.Null()]),
    reason: Type.Union([Type.String(), Type.Null()], { description: 'Why a session ended.' }),
    createdAt: Timestamp,
  },
  { title: 'AccountEvent' },
)

/** Users see the events of their own account. */
export const ownEventRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  app.get(
    '/v1/events',
    {
      schema: {
        operationId: 'listAccountEvents',
        tags: ['Account'],
        security: [{ bearer: [] }, { cookie: [] }],
        summary: 'List events of my account, newest first',
        querystring: StrictObject(pageFields),
        response: {
          200: Type.Object(
            { events: Type.Array(OwnEventView), nextCursor: NextCursor },
            { title: 'AccountEventPage' },
          ),
        },
      },
      config: { problems: ['validation_failed', ...signedInProblems] },
    },
    async request => {
      const { userId } = sessionOf(request)
      const filter = {
        userId,
        sessionId: null,
        types: ownEventTypes,
        network: null,
        since: null,
      }
      const page = await services.auditLog.list(filter, pageIn(request.query))
      const events = page.events.flatMap(event => ownEvent(event, userId) ?? [])
      return {
        events: events.map(({ createdAt, ...event }) => ({ ...event, createdAt: timestamp(createdAt) })),
        ...nextCursorView(page.nextCursor),
      }
    },
  )
}
