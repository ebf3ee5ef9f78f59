import { diag, DiagLogLevel, trace, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { KeptExporter } from './kept-exporter';

/** OpenTelemetry under way in this process. What loads this file pays for it, so it is loaded where traces are wanted. */
export interface Tracing {
  tracer: Tracer;
  processor: SpanProcessor;
  resource: Resource;
  /** Sends what is left, for so long. */
  stop: (patienceMs: number) => Promise<void>;
}

export interface TracingOptions {
  /** Where the variables name none. */
  serviceName: string;
  version: string;
  url: string;
  /** Of one sending, where the variables say nothing. */
  timeoutMs?: number;
  /** Told when spans do not arrive, seldom. */
  warn?: (message: string) => void;
}

/** A collector that is away is told once in so long. */
const QUIET = 10 * 60_000;

export function startTracing({ serviceName, version, url, timeoutMs, warn }: TracingOptions): Tracing {
  const own = new Resource({ 'service.name': serviceName, 'service.version': version });
  const resource = own.merge(detectResourcesSync({ detectors: [envDetectorSync] }));
  if (warn) diag.setLogger(seldom(warn), { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
  const { OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_EXPORTER_OTLP_TRACES_TIMEOUT } = process.env;
  const byVariable = OTEL_EXPORTER_OTLP_TRACES_TIMEOUT || OTEL_EXPORTER_OTLP_TIMEOUT;
  // What it is not told here it reads from the variables: headers, compression, certificates.
  const exporter = new OTLPTraceExporter({ url, ...(timeoutMs && !byVariable ? { timeoutMillis: timeoutMs } : {}) });
  const processor = new BatchSpanProcessor(new KeptExporter(exporter, resource));
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  // Trace ids alone: baggage could carry anything.
  const propagator = new W3CTraceContextPropagator();
  provider.register({ contextManager: new AsyncLocalStorageContextManager().enable(), propagator });
  return {
    tracer: trace.getTracer('n2m', version),
    processor,
    resource,
    async stop(patienceMs) {
      let timer: NodeJS.Timeout | undefined;
      const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
      await Promise.race([provider.shutdown().catch(() => undefined), enough]);
      clearTimeout(timer);
    },
  };
}

/** What OpenTelemetry says of itself. Its error may quote headers or an answer, so only that there was one is told. */
function seldom(warn: (message: string) => void) {
  let last = -Infinity;
  const say = (): void => {
    if (Date.now() - last < QUIET) return;
    last = Date.now();
    warn('traces do not arrive: see OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS');
  };
  return { error: say, warn: say, info: () => undefined, debug: () => undefined, verbose: () => undefined };
}
