import { CancellationScope, CancelledFailure, ContinueAsNew, isCancellation, log, patched } from '@temporalio/workflow';
import type { RunNews } from '../core/run/run-alerts';
import type { PipelineSpec } from '../core/spec/types';
import { tellRun } from './proxies';
import { failureOf, isStopped, type RunTracker } from './run-tracker';

/** Whether this run tells anybody anything: those that began under an earlier version do not. */
export const tells = (): boolean => patched('tell-of-runs');

const SUMMARIES: Record<RunNews['about'], string> = {
  waiting: 'tell that it waits',
  failed: 'tell that it failed',
  followed: 'tell what came',
};

/** Tells the sinks of the file. Whatever becomes of it, the run goes on. */
export async function tell(spec: PipelineSpec, news: RunNews): Promise<void> {
  const summary = SUMMARIES[news.about];
  try {
    await CancellationScope.nonCancellable(() => tellRun.executeWithOptions({ summary }, [{ spec, news }]));
  } catch (error) {
    log.warn(`nobody could be told: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * The last thing a run does that ends badly: it says so. A rejection is no news to whoever rejected, and going on no end.
 * Answers with what the run ends with: whoever cancelled it is not told that the attempt under way failed.
 */
export async function endedBadly(
  error: unknown,
  spec: PipelineSpec,
  tracker: RunTracker,
  follows = false,
): Promise<unknown> {
  if (error instanceof ContinueAsNew) return error;
  const stopped = isStopped(error) && patched('cancel-between-attempts');
  if (stopped || isCancellation(error)) {
    tracker.phase('cancelled');
    return stopped ? new CancelledFailure('cancelled between two attempts') : error;
  }
  const failure = failureOf(error);
  tracker.failed(failure);
  // What a run may not do that the watch began, the watch says.
  const isKnown = failure.type === 'Rejected' || (follows && failure.type === 'Blocked');
  if (!isKnown && tells()) await tell(spec, { about: 'failed', failure, ...(follows ? { follows } : {}) });
  return error;
}
