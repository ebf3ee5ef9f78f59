import {
  CancellationScope,
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  workflowInfo,
  type Workflow,
} from '@temporalio/workflow';
import type { ReplicateInput, RunBefore, ToldWaiting } from '../core/run/types';
import type { RunTracker } from './run-tracker';

/** Temporal says that the history grows long: of thousands of events, or of megabytes. */
export const isLong = (): boolean => workflowInfo().continueAsNewSuggested;

/** What people answered a run, and were told by it. */
interface Answered {
  given(): string[];
  toldOf(): ToldWaiting | null;
}

/** What a run goes on as a new one with: what it was asked, what was approved since, and what it told so far. */
export const goingOn =
  <Input extends ReplicateInput>(input: Input, tracker: RunTracker, approvals: Answered) =>
  (more: Partial<RunBefore> = {}): Promise<void> =>
    goOnIfLong(() => {
      const before = { ...tracker.told(), waiting: approvals.toldOf(), ...more };
      return continueAsNew<Workflow>({ ...input, approved: approvals.given(), before });
    });

/** Runs of a version in which only `replicate` could go on wait as they did. */
export const mayGoOn = (): boolean => patched('every-run-goes-on');

/**
 * Lets a run go on as a new one, with a history that begins afresh, where Temporal suggests it. Called between two steps or
 * two attempt windows, and in a wait for approval: nothing is half done there, and the plan is made again in any case.
 * `anew` ends the run. Nothing of it in a run that somebody asked to stop: the new one would not know.
 */
async function goOnIfLong(anew: () => Promise<never>): Promise<void> {
  // Runs of an earlier version went on as they were, also where it was suggested.
  if (!isLong() || CancellationScope.current().consideredCancelled || !patched('continue-as-new')) return;
  // An answer that was taken must not be lost.
  await condition(allHandlersFinished);
  await anew();
}
