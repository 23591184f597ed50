import { type Attributes, type SpanContext, SpanKind } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'

/** For a request: neither its path nor its query, which may contain an address or, by mistake, a token; nor the sender. */
const ofRequest = new Set([
  'http.request.method',
  'http.route',
  'http.response.status_code',
  'url.scheme',
  'network.protocol.version',
  'error.type',
])

/** For a statement or command. The text of a statement has `$1` in place of values; that of a command is its name. */
const ofStore = new Set([
  'db.system.name',
  'db.namespace',
  'db.operation.name',
  'db.query.text',
  'server.address',
  'server.port',
  'error.type',
])

/** The SQLSTATE or the kind of an error. Its message may quote values. */
const ofEvent = new Set(['exception.type'])

/** A span reduced to the attributes on the allow list. */
export function bareSpan(span: ReadableSpan): ReadableSpan {
  const { parentSpanContext } = span
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => withoutState(span.spanContext()),
    ...(parentSpanContext === undefined ? {} : { parentSpanContext: withoutState(parentSpanContext) }),
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

/** `tracestate` is arbitrary text from the caller. */
function withoutState({ traceState: _, ...context }: SpanContext): SpanContext {
  return context
}

function only(wanted: ReadonlySet<string>, attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => wanted.has(name)))
}
