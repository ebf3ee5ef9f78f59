import type { WorkflowClient } from '@temporalio/client';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { Plans } from '../../src/activities/edges/plans';

/** Fakes get what our own activities get: what a run refers to is read for them, too. */
export function references(workflows: WorkflowClient): ActivityInterceptorsFactory {
  const plans = new Plans(workflows);
  return () => ({
    inbound: { execute: async (input, next) => next({ ...input, args: [await plans.complete(input.args[0])] }) },
  });
}
