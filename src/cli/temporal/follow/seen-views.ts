import { isGrpcDeadlineError, isGrpcServiceError } from '@temporalio/client';
import type { WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import type { RunView } from '../../../core/run/types';
import { viewQuery } from '../../../workflows/messages';
import { withDeadline, workerPolls, type Temporal } from '../client';

const QUERY_TIMEOUT = 5_000;
/** While a run does nothing new, only this tells that its worker is gone. */
const WORKER_CHECK_EVERY = 15_000;

/**
 * Runs' own views, asked for again only once there is more history: a workflow changes by its events and by nothing
 * else, and on Temporal Cloud every Query is an Action, where descriptions and histories are none:
 * https://docs.temporal.io/cloud/actions
 */
export class SeenViews {
  private seen: { runId: string; length: number; view: RunView } | null = null;
  private workerSeenAt = 0;

  /** The view of a run as described; null while no worker answers. */
  async view(
    temporal: Temporal,
    handle: WorkflowHandle,
    { runId, historyLength, status }: WorkflowExecutionDescription,
  ): Promise<RunView | null> {
    if (this.seen?.runId === runId && this.seen.length === historyLength) {
      return status.name !== 'RUNNING' || (await this.workerIsThere(temporal)) ? this.seen.view : null;
    }
    const view = await withDeadline(temporal, () => handle.query(viewQuery), QUERY_TIMEOUT).catch(nullWithoutWorker);
    // It may be newer than the description: then the next look asks once more, and no change is missed.
    this.seen = view && { runId, length: historyLength, view };
    this.workerSeenAt = Date.now();
    return view;
  }

  private async workerIsThere(temporal: Temporal): Promise<boolean> {
    if (Date.now() - this.workerSeenAt < WORKER_CHECK_EVERY) return true;
    if (!(await workerPolls(temporal))) return false;
    this.workerSeenAt = Date.now();
    return true;
  }
}

/** Queries need a worker; without one they run into their deadline or are refused at once. */
function nullWithoutWorker(error: unknown): null {
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  const notServed = isGrpcDeadlineError(cause) || (isGrpcServiceError(cause) && [1, 4, 9, 14].includes(cause.code));
  if (notServed || (error instanceof Error && error.name === 'QueryNotRegisteredError')) return null;
  throw error;
}
