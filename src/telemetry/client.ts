import { context, propagation, ROOT_CONTEXT, SpanStatusCode } from '@opentelemetry/api';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry/lib/client';
import { startTracing, type TracingOptions } from './tracing';

/** What a command line that traces has more than another. */
export interface ClientTracing {
  /** For what starts or changes a run; who follows one asks again and again, and that is no part of the story. */
  interceptors: WorkflowClientInterceptor[];
  /** Runs a command inside the trace's first span; its exit code is told. */
  command(name: string, run: () => Promise<number>): Promise<number>;
}

/** A person waits for the prompt. */
const PATIENCE = 2_000;

export function startClientTracing(options: TracingOptions): ClientTracing {
  const { tracer, stop } = startTracing({ timeoutMs: PATIENCE, ...options });
  const sdk = new OpenTelemetryWorkflowClientInterceptor({ tracer });
  return {
    interceptors: [
      {
        start: (input, next) => sdk.start(input, next),
        startWithDetails: (input, next) => sdk.startWithDetails(input, next),
        startUpdate: (input, next) => sdk.startUpdate(input, next),
        startUpdateWithStart: (input, next) => sdk.startUpdateWithStart(input, next),
        signal: (input, next) => sdk.signal(input, next),
        signalWithStart: (input, next) => sdk.signalWithStart(input, next),
        cancel: (input, next) => sdk.cancel(input, next),
        terminate: (input, next) => sdk.terminate(input, next),
      },
    ],
    async command(name, run) {
      // Of a CI job that traces itself, as the specification has it.
      const { TRACEPARENT: traceparent } = process.env;
      const parent = propagation.extract(ROOT_CONTEXT, { traceparent });
      try {
        return await context.with(parent, () =>
          tracer.startActiveSpan(`n2m ${name}`, { attributes: { 'n2m.command': name } }, async (span) => {
            try {
              const code = await run();
              span.setAttribute('n2m.exit_code', code);
              // Attention needed and waiting are answers.
              if ([1, 2, 5].includes(code)) span.setStatus({ code: SpanStatusCode.ERROR });
              return code;
            } finally {
              span.end();
            }
          }),
        );
      } finally {
        await stop(PATIENCE);
      }
    },
  };
}
