import { allHandlersFinished, condition } from '@temporalio/workflow';
import { HAND_OVER } from '../core/objects';
import type { Plan } from '../core/plan/types';
import type { ReplicateInput, ReplicateReport } from '../core/run/types';
import type { CheckResult } from '../core/watch/types';
import { Approvals } from './approvals';
import { approvedPlan, orLeaveWatched, perform, secondsBetween, secondsOf, settle, setUp } from './converge';
import { Follows } from './follow/run';
import { goingOn } from './go-on';
import * as activities from './proxies';
import { joined, type Rebuilt } from './rebuild';
import { RunTracker } from './run-tracker';
import { endedBadly, tell } from './told';

/**
 * The main job, top to bottom as the guide has it:
 *  1. observe both sides, plan; stop with all conflicts and blocking findings at once
 *  2. wait for approval of what interrupts somebody or cannot be undone
 *  3. source: logical replication, role, replica identity before the publication, grants, publication, IP allow
 *  4. target: schema, cluster, secret, connection, source with its tables; what no ALTER can change goes before and
 *     comes back after, with what others built on it; tables that left the file
 *  5. running, then the snapshot, however long it takes
 *  6. right-size
 *  7. hand over to the scheduled check, and look once; also where 4 to 6 fail, for a slot may be there by then
 */
export async function replicate(input: ReplicateInput): Promise<ReplicateReport> {
  const { spec } = input;
  const tracker = new RunTracker(spec.name, input.before);
  const follows = input.follows ? new Follows(input) : null;
  const approvals = follows ?? new Approvals(spec, input.approved, input.before?.waiting);
  const between = goingOn(input, tracker, approvals);
  try {
    const plan = await approvedPlan(input, tracker, approvals, undefined, between);
    const run = { input, plan, tracker, between };
    const rebuilt = await orLeaveWatched(run, async () => {
      tracker.phase('setting-up');
      const made = joined(input.before, await setUp(run));
      const placed = await settle(run);
      return joined(made, placed);
    });

    tracker.phase('handing-over');
    await perform(HAND_OVER, run);
    const firstCheck = await activities.check.executeWithOptions({ summary: 'look at both sides once' }, [
      { spec, memory: null, quiet: true },
    ]);
    const followed = follows?.brought(tracker.view.snapshot);
    if (followed) await tell(spec, { about: 'followed', ...followed });
    tracker.phase('done');
    await condition(allHandlersFinished);
    const changed = plan.changes > 0 || input.before !== undefined;
    return { ...report(plan, tracker, rebuilt, { firstCheck, changed }), ...(followed ? { followed } : {}) };
  } catch (error) {
    throw await endedBadly(error, spec, tracker, follows !== null);
  }
}

function report(
  plan: Plan,
  tracker: RunTracker,
  rebuilt: Rebuilt,
  { firstCheck, changed }: Pick<ReplicateReport, 'changed'> & { firstCheck: CheckResult },
): ReplicateReport {
  const { source, target } = firstCheck.reading;
  const { snapshot } = tracker.view;
  return {
    pipeline: plan.pipeline,
    changed,
    steps: tracker.view.steps,
    findings: plan.findings,
    definitions: rebuilt.definitions,
    recreated: rebuilt.recreated,
    slot: source.ok
      ? {
          slot: source.value.slot.slot,
          retainedBytes: source.value.slot.retainedBytes,
          unconfirmedBytes: source.value.slot.unconfirmedBytes,
        }
      : null,
    clusterSize: target.ok ? target.value.cluster.size : null,
    snapshotSeconds: snapshot && secondsBetween(snapshot.startedAt, snapshot.observedAt),
    seconds: secondsOf(tracker),
    firstCheck,
  };
}
