import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { planId } from '../core/names';
import type { Plan } from '../core/plan/types';
import type { PipelineSpec } from '../core/spec/types';
import { CliError, EXIT } from './exit';
import { failed, failureInfo, failureOfActivity } from './failure';
import { requireWorker, soon, type Temporal } from './temporal';
import { pipelineAttribute } from '../workflows/attributes';
import type { planReplication } from '../workflows';

/** A person waits: what fails so often in a row is reported, although a run would try on. */
const MOST_ATTEMPTS = 3;

/** A workflow that reads both systems and changes nothing. */
export interface PlanRun {
  type: string;
  pipeline: string;
  input: unknown;
  /** The command to run again when it fails. */
  next: string;
}

/** Runs planReplication on the worker. Reads both systems, changes nothing. */
export function makePlan(temporal: Temporal, spec: PipelineSpec, next: string): Promise<Plan> {
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
  await requireWorker(temporal);
  const handle: WorkflowHandle = await soon(temporal, () =>
    temporal.client.workflow.start(type, {
      taskQueue: temporal.taskQueue,
      workflowId: planId(pipeline, randomUUID()),
      args: [input],
      workflowExecutionTimeout: '10m',
      typedSearchAttributes: [{ key: pipelineAttribute, value: pipeline }],
      staticSummary: `plan of ${pipeline}: reads both systems, changes nothing`,
    }),
  );
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  try {
    return (await patiently(temporal, handle, stop.signal)) as Awaited<ReturnType<W>>;
  } catch (error) {
    const info = failureInfo(error);
    throw info === null ? error : failed(info, `the plan of ${pipeline} failed`, next);
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

async function patiently(temporal: Temporal, handle: WorkflowHandle, signal: AbortSignal): Promise<unknown> {
  const result: Promise<unknown> = handle.result();
  result.catch(() => undefined);
  for (;;) {
    const early = await Promise.race([
      result.then((plan) => ({ plan })),
      delay(500, null, { signal }).catch(() => null),
    ]);
    if (early) return early.plan;
    const failure = signal.aborted ? null : await givenUp(temporal, handle);
    if (!signal.aborted && failure === null) continue;
    await soon(temporal, () => handle.cancel()).catch(() => undefined);
    if (failure) throw failure;
    throw new CliError('stopped; a plan changes nothing', EXIT.interrupted);
  }
}

/** The last failure of an activity that failed too often; null while there is hope. */
async function givenUp(temporal: Temporal, handle: WorkflowHandle): Promise<CliError | null> {
  const { raw } = await soon(temporal, () => handle.describe());
  const pending = raw.pendingActivities?.find(
    ({ attempt, lastFailure }) => lastFailure && (attempt ?? 1) > MOST_ATTEMPTS,
  );
  if (!pending) return null;
  const { loadedDataConverter } = temporal.client.options;
  const error = await decodeOptionalFailureToOptionalError(loadedDataConverter, pending.lastFailure);
  return failed(failureOfActivity(error), 'the plan failed', 'mend it, then run the same command');
}
