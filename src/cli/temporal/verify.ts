import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { verifyId } from '../../core/names';
import { aboutWorkflow } from '../../core/run/about';
import type { PipelineSpec } from '../../core/spec/types';
import type { VerifyOptions, VerifyResult } from '../../core/verify/types';
import { pipelineAttribute } from '../../workflows/messages';
import { awaitResult } from './await-result';
import { requireWorker, withDeadline, type Temporal } from './client';
import { failureError, failureInfo } from './failures';

/** Compares both sides on the worker, for a person who waits; Ctrl-C ends it. */
export async function verifyNow(temporal: Temporal, spec: PipelineSpec, options: VerifyOptions): Promise<VerifyResult> {
  await requireWorker(temporal, 'begins');
  const type = 'verifyReplication';
  const handle: WorkflowHandle = await withDeadline(temporal, () =>
    temporal.client.workflow.start(type, {
      taskQueue: temporal.taskQueue,
      workflowId: verifyId(spec.name, randomUUID()),
      args: [{ spec, ...options }],
      typedSearchAttributes: [{ key: pipelineAttribute, value: spec.name }],
      staticSummary: `comparison of ${spec.name}: reads both systems, changes nothing`,
      staticDetails: aboutWorkflow(type, spec.name),
    }),
  );
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  try {
    return await awaitResult<VerifyResult>(temporal, handle, stop.signal);
  } catch (error) {
    const info = failureInfo(error);
    throw info === null
      ? error
      : failureError(info, `the comparison of ${spec.name} failed`, `n2m verify ${spec.name}`);
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}
