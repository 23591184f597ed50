import { setTimeout as sleep } from 'node:timers/promises'
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { createStoreHealth, type Logger } from '../observability.ts'
import { traceStores } from '../store/tracing.ts'
import { version } from '../version.ts'
import { createExporter } from './exporter.ts'
import { nameSpansByRoute, traceRequests } from './requests.ts'

export { nameSpansByRoute }

/** Milliseconds that a shutdown waits for the last spans to be sent. */
const flushMs = 2_000

/** The fields that connect a log line with its request. */
export function traceOfLine(): { trace_id?: string; span_id?: string } {
  const span = trace.getActiveSpan()?.spanContext()
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }
}

/**
 * Starts tracing this process. Spans wait in a bounded queue and are sent in the background; spans that the
 * collector does not accept are dropped. The log has one line each time the collector becomes available or unavailable.
 */
export function startTracing(logger: Logger): { stop(): Promise<void> } {
  const collector = createStoreHealth('collector of traces', logger, () => undefined)
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'latchkey', 'service.version': version }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [new BatchSpanProcessor(createExporter(collector))],
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  traceRequests()
  traceStores()
  return {
    async stop() {
      await Promise.race([provider.shutdown().catch(() => undefined), sleep(flushMs)])
    },
  }
}
