import type { WorkflowExecutionInfo } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../core/names';
import type { ListedPipeline } from '../render/list';
import type { Temporal } from './client';

/** Ended runs, newest first; what is older than so many is not looked for. */
const MAX_RUNS = 1000;

/**
 * Pipelines that an apply set up, or tried to, and that nothing watches: their schedule was deleted and no destroy
 * completed since. As far back as the namespace keeps ended runs.
 */
export async function listUnwatched({ listing }: Temporal, known: ReadonlySet<string>): Promise<ListedPipeline[]> {
  const query =
    `WorkflowType IN ('replicate', 'destroyReplication') AND ExecutionStatus != 'Running' ` +
    `AND WorkflowId STARTS_WITH 'pipeline/' AND ${SEARCH_ATTRIBUTES.pipeline} IS NOT NULL`;
  const decided = new Set(known);
  const unwatched: ListedPipeline[] = [];
  let budget = MAX_RUNS;
  for await (const execution of listing.workflow.list({ query })) {
    const pipeline = /^pipeline\/([^/]+)$/.exec(execution.workflowId)?.[1];
    const destroyed = execution.type === 'destroyReplication';
    // A destroy that failed or was not approved left the pipeline in place: the apply before it counts.
    if (pipeline !== undefined && !decided.has(pipeline) && (!destroyed || execution.status.name === 'COMPLETED')) {
      decided.add(pipeline);
      if (!destroyed) unwatched.push(listed(pipeline, execution));
    }
    budget -= 1;
    if (budget <= 0) break;
  }
  return unwatched;
}

function listed(pipeline: string, { status, closeTime, startTime }: WorkflowExecutionInfo): ListedPipeline {
  const ended = `the last apply ended ${(closeTime ?? startTime).toISOString()} (${status.name.toLowerCase()})`;
  return {
    ...{ pipeline, verdict: 'unknown', cause: `nobody watches: the pipeline has no schedule; ${ended}` },
    ...{ checkedAt: null, late: false, paused: false, note: null, every: null, run: null },
  };
}
