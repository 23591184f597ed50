import { ExportResultCode } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import { bareSpan } from './span-contents.ts'

/** Sends spans with OTLP over HTTP. It reads the endpoint and headers from the `OTEL_…` variables itself. */
export function createExporter(collector: { reached(): void; missed(error: unknown): void }): SpanExporter {
  const otlp = new OTLPTraceExporter()
  return {
    export(spans, done) {
      otlp.export(spans.map(bareSpan), result => {
        if (result.code === ExportResultCode.SUCCESS) collector.reached()
        else collector.missed(result.error)
        done(result)
      })
    },
    shutdown: () => otlp.shutdown(),
  }
}
