import { SEARCH_ATTRIBUTES } from '../../core/names';
import { comparisonOf, verifiedAfter } from '../../core/verify/latest';
import type { Comparison, Verified, VerifyResult } from '../../core/verify/types';
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
    const query =
      `WorkflowType = 'verifyReplication' AND ExecutionStatus = 'Completed' ` +
      `AND ${SEARCH_ATTRIBUTES.pipeline} = '${pipeline}'${since}`;
    const found: Comparison[] = [];
    // The newest come first.
    for await (const { workflowId, runId } of deps.workflows.list({ query, pageSize: AT_MOST })) {
      const result = (await deps.workflows.getHandle(workflowId, runId).result()) as VerifyResult;
      found.push(comparisonOf(result));
      if (found.length >= AT_MOST) break;
    }
    return verifiedAfter(before, found, { now: new Date(now).toISOString(), slot });
  } catch {
    return before;
  }
}
