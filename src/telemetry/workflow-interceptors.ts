import {
  OpenTelemetryInboundInterceptor,
  OpenTelemetryInternalsInterceptor,
  OpenTelemetryOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/workflow';
import type { WorkflowInterceptors } from '@temporalio/workflow';

/**
 * Part of the workflows' bundle where traces are wanted. The SDK's own, but for Queries and for what looks at an Update before it is
 * taken: who follows a run asks twice a second.
 */
export function interceptors(): WorkflowInterceptors {
  const sdk = new OpenTelemetryInboundInterceptor();
  return {
    inbound: [
      {
        execute: (input, next) => sdk.execute(input, next),
        handleSignal: (input, next) => sdk.handleSignal(input, next),
        handleUpdate: (input, next) => sdk.handleUpdate(input, next),
      },
    ],
    outbound: [new OpenTelemetryOutboundInterceptor()],
    internals: [new OpenTelemetryInternalsInterceptor()],
  };
}
