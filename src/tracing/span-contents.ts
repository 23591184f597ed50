import { type Attributes, SpanKind } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'

/** Of a request: neither its path nor its query, which may hold an address or, by mistake, a token; nor who sent it. */
const ofRequest = new Set([
  'http.request.method',
  'http.route',
  'http.response.status_code',
  'url.scheme',
  'network.protocol.version',
  'error.type',
])

/** Of a statement or a command. The text of a statement has `$1` where values go; that of a command is its name. */
const ofStore = new Set([
  'db.system.name',
  'db.namespace',
  'db.operation.name',
  'db.query.text',
  'server.address',
  'server.port',
  'error.type',
])

/** The SQLSTATE or the kind of an error. What it says may quote values. */
const ofEvent = new Set(['exception.type'])

/** A span with what may leave the process, by a list of what is wanted. */
export function bareSpan(span: ReadableSpan): ReadableSpan {
  const { parentSpanContext } = span
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(parentSpanContext === undefined ? {} : { parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    status: { code: span.status.code },
    attributes: only(span.kind === SpanKind.SERVER ? ofRequest : ofStore, span.attributes),
    events: span.events.map(({ name, time, attributes }) => ({
      name,
      time,
      attributes: only(ofEvent, attributes ?? {}),
    })),
    links: [],
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  }
}

function only(wanted: ReadonlySet<string>, attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => wanted.has(name)))
}
