import type { ExportResult } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { keptOf } from '../core/telemetry/kept';

/** The one way out for spans, whoever made them: only what `keptOf` keeps goes on. */
export class KeptExporter implements SpanExporter {
  constructor(
    private readonly exporter: SpanExporter,
    private readonly resource: Resource,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(
      spans.map((span) => this.kept(span)),
      done,
    );
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  /** Field by field, so that a field of a later version is not sent before somebody looked at it. */
  private kept(span: ReadableSpan): ReadableSpan {
    const { traceId, spanId, traceFlags } = span.spanContext();
    const { kind, parentSpanId, startTime, endTime, duration, ended, instrumentationLibrary } = span;
    const { name, attributes } = keptOf(span);
    return {
      ...{ name, kind, parentSpanId, startTime, endTime, duration, ended, instrumentationLibrary },
      attributes: attributes as ReadableSpan['attributes'],
      spanContext: () => ({ traceId, spanId, traceFlags }),
      // Without its message, which is the error's.
      status: { code: span.status.code },
      resource: this.resource,
      ...{ events: [], links: [] },
      ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
    };
  }
}
