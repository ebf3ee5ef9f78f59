import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { planId } from '../../core/names';
import { aboutWorkflow } from '../../core/run/about';
import type { Plan } from '../../core/plan/types';
import type { PipelineSpec } from '../../core/spec/types';
import { failureError, failureInfo } from './failures';
import { awaitResult } from './await-result';
import { requireWorker, withDeadline, type Temporal } from './client';
import { pipelineAttribute } from '../../workflows/messages';
import type { planReplication } from '../../workflows';

/** A workflow that reads both systems and changes nothing. */
export interface PlanRun {
  type: string;
  pipeline: string;
  input: unknown;
  /** The command to run again when it fails. */
  next: string;
}

/** Runs planReplication on the worker. Reads both systems, changes nothing. */
export function planPipeline(temporal: Temporal, spec: PipelineSpec, next: string): Promise<Plan> {
  return runPlan<typeof planReplication>(temporal, {
    type: 'planReplication',
    pipeline: spec.name,
    input: { spec },
    next,
  });
}

/** Runs a plan of any kind on the worker, for a person who waits. */
export async function runPlan<W extends (...args: never[]) => Promise<unknown>>(
  temporal: Temporal,
  { type, pipeline, input, next }: PlanRun,
): Promise<Awaited<ReturnType<W>>> {
  await requireWorker(temporal, 'begins');
  const handle: WorkflowHandle = await withDeadline(temporal, () =>
    temporal.client.workflow.start(type, {
      taskQueue: temporal.taskQueue,
      workflowId: planId(pipeline, randomUUID()),
      args: [input],
      workflowExecutionTimeout: '10m',
      typedSearchAttributes: [{ key: pipelineAttribute, value: pipeline }],
      staticSummary: `plan of ${pipeline}: reads both systems, changes nothing`,
      staticDetails: aboutWorkflow(type, pipeline),
    }),
  );
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  try {
    return await awaitResult<Awaited<ReturnType<W>>>(temporal, handle, stop.signal);
  } catch (error) {
    const info = failureInfo(error);
    throw info === null ? error : failureError(info, `the plan of ${pipeline} failed`, next);
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}
