import { CancellationScope, allHandlersFinished, condition, patched, workflowInfo } from '@temporalio/workflow';

/** Temporal says that the history grows long: of thousands of events, or of megabytes. */
export const isLong = (): boolean => workflowInfo().continueAsNewSuggested;

/**
 * Lets a run go on as a new one, with a history that begins afresh, where Temporal suggests it. Called between two steps or
 * two attempt windows, and in a wait for approval: nothing is half done there, and the plan is made again in any case.
 * `anew` ends the run. Nothing of it in a run that somebody asked to stop: the new one would not know.
 */
export async function goOnIfLong(anew: () => Promise<never>): Promise<void> {
  // Runs of an earlier version went on as they were, also where it was suggested.
  if (!isLong() || CancellationScope.current().consideredCancelled || !patched('continue-as-new')) return;
  // An answer that was taken must not be lost.
  await condition(allHandlersFinished);
  await anew();
}
