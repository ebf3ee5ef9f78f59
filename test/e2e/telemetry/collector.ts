import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As OTLP has it; what tests look at. */
export interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  service: string;
  attributes: Record<string, unknown>;
  failed: boolean;
  message: string;
  events: number;
  ms: number;
}

/** One that takes OTLP by HTTP, as a collector does. */
export interface Collector {
  url: string;
  /** All that came, as it came, by path. */
  received: { path: string; headers: IncomingHttpHeaders; body: Buffer }[];
  spans: () => Span[];
  /** Names of metrics with the names of their attributes. */
  metrics: () => Map<string, Set<string>>;
  resources: () => Record<string, unknown>[];
  stop: () => Promise<void>;
}

interface KeyValue {
  key: string;
  value?: {
    stringValue?: string;
    intValue?: unknown;
    doubleValue?: number;
    arrayValue?: { values: KeyValue['value'][] };
  };
}
interface Decoded {
  resourceSpans?: {
    resource?: { attributes?: KeyValue[] };
    scopeSpans?: { spans?: Record<string, unknown>[] }[];
  }[];
  resourceMetrics?: {
    resource?: { attributes?: KeyValue[] };
    scopeMetrics?: { metrics?: Record<string, unknown>[] }[];
  }[];
}
interface Messages {
  decode: (body: Uint8Array) => Decoded;
}

// The exporter's own messages, by their path: the package hands them to nobody.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- no types for what is generated
const root = require('@opentelemetry/otlp-transformer/build/src/generated/root.js') as {
  opentelemetry: {
    proto: {
      collector: {
        trace: { v1: { ExportTraceServiceRequest: Messages } };
        metrics: { v1: { ExportMetricsServiceRequest: Messages } };
      };
    };
  };
};
const { trace, metrics } = root.opentelemetry.proto.collector;

export async function startCollector(): Promise<Collector> {
  const received: Collector['received'] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) });
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = (path: string, { decode }: Messages) =>
    received.filter((one) => one.path === path).map(({ body }) => decode(body));
  const spanRequests = () => at('/v1/traces', trace.v1.ExportTraceServiceRequest);
  const metricRequests = () => at('/v1/metrics', metrics.v1.ExportMetricsServiceRequest);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    spans: () =>
      spanRequests().flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
          const service = String(plain(resource?.attributes)['service.name']);
          return scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => ({ service, ...spanOf(span) })));
        }),
      ),
    metrics: () => {
      const found = new Map<string, Set<string>>();
      for (const { resourceMetrics = [] } of metricRequests())
        for (const metric of resourceMetrics.flatMap((one) =>
          (one.scopeMetrics ?? []).flatMap((s) => s.metrics ?? []),
        )) {
          const of = metric as Record<string, { dataPoints?: { attributes?: KeyValue[] }[] } | undefined>;
          const points = [of.gauge, of.sum, of.histogram].flatMap((kind) => kind?.dataPoints ?? []);
          const keys = found.get(String(metric.name)) ?? new Set<string>();
          points.flatMap(({ attributes = [] }) => attributes).forEach(({ key }) => keys.add(key));
          found.set(String(metric.name), keys);
        }
      return found;
    },
    resources: () =>
      [
        ...spanRequests().flatMap((request) => request.resourceSpans ?? []),
        ...metricRequests().flatMap((request) => request.resourceMetrics ?? []),
      ].map(({ resource }) => plain(resource?.attributes)),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const hex = (bytes: unknown): string => Buffer.from((bytes ?? []) as Uint8Array).toString('hex');

const plain = (attributes: KeyValue[] = []): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));

function valueOf(value: KeyValue['value']): unknown {
  if (value?.arrayValue) return value.arrayValue.values.map(valueOf);
  return value?.stringValue || (value?.intValue === undefined ? value?.doubleValue : Number(value.intValue));
}

function spanOf(span: Record<string, unknown>): Omit<Span, 'service'> {
  const { status, events } = span as { status?: { code?: number; message?: string }; events?: unknown[] };
  return {
    name: String(span.name),
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    attributes: plain(span.attributes as KeyValue[]),
    failed: status?.code === 2,
    message: status?.message ?? '',
    events: events?.length ?? 0,
    ms: (Number(span.endTimeUnixNano) - Number(span.startTimeUnixNano)) / 1e6,
  };
}
