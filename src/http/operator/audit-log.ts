import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { normaliseNetwork } from '../../access/address.ts'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { type EventType, eventTypes, type Severity, severityOf } from '../../session/events.ts'
import type { RecordedEvent } from '../../store/session/events.ts'
import { operatorProblems, operatorRoute, requirePermission } from '../access/permission.ts'
import {
  Id,
  NextCursor,
  nextCursorView,
  pageFields,
  pageIn,
  Timestamp,
  timestamp,
} from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'

const orNull = { id: Type.Union([Id, Type.Null()]), text: Type.Union([Type.String(), Type.Null()]) }

const EventView = Type.Object(
  {
    id: Id,
    type: Type.Enum(eventTypes),
    severity: Type.Enum(['info', 'warning', 'critical']),
    userId: orNull.id,
    sessionId: orNull.id,
    actor: Type.String({
      description: 'A user’s id, `service:NAME`, `cli`, `system` for a rule of the service, or `anonymous`.',
    }),
    ipAddress: orNull.text,
    userAgent: orNull.text,
    details: Type.Unknown({ description: 'An object whose fields depend on the type.' }),
    createdAt: Timestamp,
  },
  { title: 'SecurityEvent' },
)

export const auditLogRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  app.get(
    '/v1/admin/events',
    {
      onRequest: requirePermission(services, 'audit:read'),
      schema: {
        operationId: 'listSecurityEvents',
        ...operatorRoute('audit:read'),
        summary: 'List the audit log, newest first',
        querystring: StrictObject({
          userId: Type.Optional(Id),
          sessionId: Type.Optional(Id),
          type: Type.Optional(Type.Enum(eventTypes)),
          severity: Type.Optional(Type.Enum(['info', 'warning', 'critical'])),
          ipAddress: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 50,
              description: 'An address or a network like 203.0.113.0/24.',
            }),
          ),
          since: Type.Optional(Type.String({ format: 'date-time', description: 'Included.' })),
          ...pageFields,
        }),
        response: {
          200: Type.Object(
            { events: Type.Array(EventView), nextCursor: NextCursor },
            { title: 'SecurityEventPage' },
          ),
        },
      },
      config: { problems: ['validation_failed', ...operatorProblems] },
    },
    async request => {
      const { userId = null, sessionId = null, type, severity, ipAddress, since } = request.query
      const filter = {
        userId,
        sessionId,
        types: typesIn(type, severity),
        network: ipAddress === undefined ? null : networkIn(ipAddress),
        since: since === undefined ? null : instantIn(since),
      }
      const page = await services.auditLog.list(filter, pageIn(request.query))
      return { events: page.events.map(eventView), ...nextCursorView(page.nextCursor) }
    },
  )
}

/** RFC 3339 also allows leap seconds, which clocks do not show, and years from which there are no events. */
function instantIn(text: string): number {
  const at = Date.parse(text)
  if (at >= 0) return at
  const errors = [{ path: '/since', message: 'must be a time like 2026-01-31T12:00:00Z' }]
  throw new Problem('validation_failed', { detail: 'The query string is not valid.', errors })
}

/** The event types of a severity, because only types are indexed. Null: every type. */
function typesIn(type: EventType | undefined, severity: Severity | undefined): EventType[] | null {
  if (severity === undefined) return type === undefined ? null : [type]
  return eventTypes.filter(
    candidate => severityOf(candidate) === severity && (type === undefined || candidate === type),
  )
}

function networkIn(text: string): string {
  const network = normaliseNetwork(text)
  if (network !== null) return network
  const errors = [{ path: '/ipAddress', message: 'must be an IP address or a network like 203.0.113.0/24' }]
  throw new Problem('validation_failed', { detail: 'The query string is not valid.', errors })
}

function eventView({ createdAt, ...event }: RecordedEvent) {
  return { ...event, createdAt: timestamp(createdAt) }
}
