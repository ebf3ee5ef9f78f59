import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  isCancellation,
  ParentClosePolicy,
  patched,
  rootCause,
  startChild,
} from '@temporalio/workflow';
import { runId } from '../../core/names';
import { following } from '../../core/objects/beside/follow';
import { aboutWorkflow } from '../../core/run/about';
import type { CheckInput, ReplicateInput } from '../../core/run/types';
import type { PipelineSpec } from '../../core/spec/types';
import { cut } from '../../core/text/cut';
import type { CheckResult, FollowMemory } from '../../core/watch/types';
import { pipelineAttribute } from '../messages';
import { planOnce } from '../proxies';

/** Only a scheduled check hands on what it did. */
export const isFollowing = ({ quiet }: CheckInput, { memory }: CheckResult): boolean =>
  !quiet && memory.follow?.state === 'due' && patched('follow-columns');

/** Begins a run that brings columns which came upstream, where it may; what it did, or why not, is for the next check. */
export async function followColumns(spec: PipelineSpec, result: CheckResult): Promise<CheckResult> {
  const { follow } = result.memory;
  if (!follow) return result;
  return { ...result, memory: { ...result.memory, follow: { ...follow, ...(await begun(spec)) } } };
}

async function begun(spec: PipelineSpec): Promise<Partial<FollowMemory>> {
  try {
    const plan = await planOnce.executeWithOptions({ summary: 'see what bringing columns would take' }, [{ spec }]);
    const decided = following(spec, plan);
    if (!decided.follows) return { state: 'declined', why: cut(decided.why) };
    const { columns, approved } = decided;
    return { state: 'started', columns, run: await start({ spec, approved, follows: true }, columns) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    // It may wait for somebody, for days.
    const isLocked = error instanceof WorkflowExecutionAlreadyStartedError;
    const why = isLocked ? 'another run is under way' : `no plan could be made: ${rootCause(error) ?? 'unknown'}`;
    return { state: 'declined', why: cut(why) };
  }
}

/** Under the lock, as any other run. It outlives the check, which is over within moments. */
async function start(input: ReplicateInput, columns: string): Promise<string> {
  const { name } = input.spec;
  const { firstExecutionRunId } = await startChild('replicate', {
    workflowId: runId(name),
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    typedSearchAttributes: [{ key: pipelineAttribute, value: name }],
    staticSummary: `follow ${name}: ${columns}`.slice(0, 200),
    staticDetails: aboutWorkflow('replicate', name),
  });
  return firstExecutionRunId;
}
