import { ApplicationFailure, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { rootCause } from '@temporalio/common';
import { runId } from '../../core/names';
import type { ReplicateReport } from '../../core/run/types';
import type { PipelineSpec } from '../../core/spec/types';
import type { FollowedRun, WatchMemory } from '../../core/watch/types';
import type { Deps } from '../support/deps';

/** The run has ended, so the answer is there; milliseconds. */
const ANSWER = 5_000;

/** How the run that the watch began ended, whichever runs came after it; null while nobody can tell. */
export async function readFollowed(
  { workflows }: Pick<Deps, 'workflows'>,
  { name }: PipelineSpec,
  memory: WatchMemory | null,
): Promise<FollowedRun | null> {
  const { state, run, columns = '' } = memory?.follow ?? {};
  if (state !== 'started' || run === undefined) return null;
  try {
    const ended = workflows.withDeadline(
      Date.now() + ANSWER,
      () => workflows.getHandle(runId(name), run).result() as Promise<ReplicateReport>,
    );
    return { ok: true, ...((await ended).followed ?? { columns, rows: null }) };
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): FollowedRun | null {
  if (error instanceof WorkflowNotFoundError) {
    return { ok: false, why: 'Temporal does not know its run any more', untouched: false };
  }
  if (!(error instanceof WorkflowFailedError)) return null;
  const { cause } = error;
  const why = rootCause(cause) ?? 'its run ended without saying why';
  return { ok: false, why, untouched: cause instanceof ApplicationFailure && cause.type === 'Blocked' };
}
