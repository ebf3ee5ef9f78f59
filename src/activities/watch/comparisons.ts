import { WorkflowFailedError } from '@temporalio/client';
import { rootCause } from '@temporalio/common';
import { SEARCH_ATTRIBUTES, verifyScheduleId } from '../../core/names';
import { cut } from '../../core/text/cut';
import { comparisonOf, verifiedAfter } from '../../core/verify/latest';
import type { Comparison, FailedComparison, Verified, VerifyResult } from '../../core/verify/types';
import type { Deps } from '../support/deps';

/** Listing is a call that counts against the namespace's limits: what comparisons found is no matter of seconds. */
const LOOK_EVERY = 5 * 60_000;
const AT_MOST = 5;
/** Lists are a little behind. */
const LATE_MS = 60_000;

/** What the comparisons of a pipeline found so far; as it was known where Temporal cannot be asked. */
export async function readComparisons(
  deps: Pick<Deps, 'workflows'>,
  { pipeline, slot, anew }: { pipeline: string; slot: string | null; anew: boolean },
  before: Verified | null,
): Promise<Verified | null> {
  const now = Date.now();
  if (!anew && before !== null && now - Date.parse(before.lookedAt) < LOOK_EVERY) return before;
  try {
    const since =
      before === null ? '' : ` AND CloseTime > '${new Date(Date.parse(before.lookedAt) - LATE_MS).toISOString()}'`;
    const ended = (as: string) =>
      `WorkflowType = 'verifyReplication' AND ${as} AND ${SEARCH_ATTRIBUTES.pipeline} = '${pipeline}'${since}`;
    const query = ended(`ExecutionStatus = 'Completed'`);
    const found: Comparison[] = [];
    // The newest come first.
    for await (const { workflowId, runId } of deps.workflows.list({ query, pageSize: AT_MOST })) {
      const result = (await deps.workflows.getHandle(workflowId, runId).result()) as VerifyResult;
      found.push(comparisonOf(result));
      if (found.length >= AT_MOST) break;
    }
    const failed = await lastFailure(deps, pipeline, ended(`ExecutionStatus IN ('Failed', 'TimedOut')`));
    return verifiedAfter(before, found, { now: new Date(now).toISOString(), slot, failed });
  } catch {
    return before;
  }
}

/** The newest that the schedule began: whoever compares by hand sees for themselves. */
async function lastFailure(
  { workflows }: Pick<Deps, 'workflows'>,
  pipeline: string,
  query: string,
): Promise<FailedComparison | null> {
  for await (const { workflowId, runId, closeTime } of workflows.list({ query, pageSize: AT_MOST })) {
    if (!SCHEDULED.test(workflowId.slice(verifyScheduleId(pipeline).length)) || !closeTime) continue;
    const message = await workflows
      .getHandle(workflowId, runId)
      .result()
      .then(
        () => null,
        (error: unknown) => {
          if (error instanceof WorkflowFailedError) return rootCause(error.cause) ?? 'it ended without saying why';
          throw error;
        },
      );
    return message === null ? null : { at: closeTime.toISOString(), message: cut(message) };
  }
  return null;
}

/** What a schedule puts behind the id of what it starts. */
const SCHEDULED = /^-\d{4}-\d\d-\d\dT/;
