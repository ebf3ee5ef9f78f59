import { SpanKind, SpanStatusCode, trace, type Span, type Tracer } from '@opentelemetry/api';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/worker';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import type { Call, Traced } from '../core/telemetry/call';
import { failureTypeOf } from '../core/telemetry/kept';
import { startTracing, type Tracing, type TracingOptions } from './tracing';

/** What a worker that traces has more than another. */
export interface WorkerTracing extends Pick<Tracing, 'stop'> {
  /** Around everything else, so that what they see is what Temporal sees. */
  activity: ActivityInterceptorsFactory[];
  /** Where spans of workflows leave their isolate. */
  sinks: InjectedSinks<never>;
  traced: Traced;
}

/** Spans of calls that one attempt of a step may have: a wait polls for half an hour, and a comparison reads piece by piece. */
const MOST_CALLS = 200;

export function startWorkerTracing(options: TracingOptions): WorkerTracing {
  const { tracer, processor, resource, stop } = startTracing(options);
  const attempts = new WeakMap<Span, Attempt>();
  const sdk: ActivityInterceptorsFactory = (context) => ({
    inbound: new OpenTelemetryActivityInboundInterceptor(context, { tracer }),
    outbound: new OpenTelemetryActivityOutboundInterceptor(context),
  });
  return {
    activity: [sdk, attemptsEdge(attempts)],
    sinks: { exporter: makeWorkflowExporter(processor, resource) } as unknown as InjectedSinks<never>,
    traced: calls(tracer, attempts),
    stop,
  };
}

interface Attempt {
  calls: number;
  systems: Set<string>;
}

/** Says on the span of an attempt what it came to: which systems it asked how often, and what it failed with. */
function attemptsEdge(attempts: WeakMap<Span, Attempt>): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const span = trace.getActiveSpan();
        if (!span) return next(input);
        const attempt: Attempt = { calls: 0, systems: new Set() };
        attempts.set(span, attempt);
        span.setAttribute('n2m.attempt', info.attempt);
        try {
          return await next(input);
        } catch (error) {
          failed(span, error);
          throw error;
        } finally {
          span.setAttribute('n2m.system', [...attempt.systems].sort());
          span.setAttribute('n2m.calls', attempt.calls);
        }
      },
    },
  });
}

/** Each call as a child of its attempt's span; past the most, they are counted alone. */
function calls(tracer: Tracer, attempts: WeakMap<Span, Attempt>): Traced {
  return async (call, send) => {
    const active = trace.getActiveSpan();
    const attempt = active && attempts.get(active);
    if (!attempt) return send();
    attempt.calls += 1;
    attempt.systems.add(call.system);
    if (attempt.calls > MOST_CALLS) return send();
    const span = tracer.startSpan(`${call.system} ${call.kind}`, {
      kind: SpanKind.CLIENT,
      attributes: described(call),
    });
    try {
      const answer = await send();
      // A request that failed is answered as an error: it may be sent again.
      if (answer instanceof Error) failed(span, answer);
      if (answer instanceof Response) span.setAttribute('http.response.status_code', answer.status);
      return answer;
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  };
}

/** By OpenTelemetry's conventions for databases and for HTTP. */
function described({ system, kind, host, port }: Call): Record<string, string | number> {
  const where = { 'server.address': host, ...(port === undefined ? {} : { 'server.port': port }) };
  if (system === 'neon') return { 'http.request.method': kind, ...where };
  const name = system === 'postgres' ? 'postgresql' : system;
  return { 'db.system.name': name, 'db.operation.name': kind, ...where };
}

function failed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  const type = failureTypeOf(error);
  if (type !== null) span.setAttribute('error.type', type);
  const { code } = (error as { info?: { code?: unknown } }).info ?? {};
  if (typeof code === 'string') span.setAttribute('db.response.status_code', code);
}
