import { allHandlersFinished, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import { HAND_OVER } from '../core/objects';
import type { Plan } from '../core/plan/types';
import type { ReplicateInput, ReplicateReport } from '../core/run/types';
import type { CheckResult } from '../core/watch/types';
import { Approvals } from './approvals';
import { approvedPlan, perform, secondsBetween, settle, setUp } from './converge';
import * as activities from './proxies';
import type { Rebuilt } from './rebuild';
import { failureOf, RunTracker } from './run-tracker';

/**
 * The main job, top to bottom as the guide has it:
 *  1. observe both sides, plan; stop with all conflicts and blocking findings at once
 *  2. wait for approval of what interrupts somebody or cannot be undone
 *  3. source: logical replication, role, replica identity before the publication, grants, publication, IP allow
 *  4. target: schema, cluster, secret, connection, source with its tables; what no ALTER can change goes before and
 *     comes back after, with what others built on it; tables that left the file
 *  5. running, then the snapshot, however long it takes
 *  6. right-size
 *  7. hand over to the scheduled check, and look once
 */
export async function replicate(input: ReplicateInput): Promise<ReplicateReport> {
  const { spec } = input;
  const tracker = new RunTracker(spec.name);
  const approvals = new Approvals(spec.name, input.approved);
  try {
    const plan = await approvedPlan(input, tracker, approvals);
    const run = { input, plan, tracker };
    tracker.phase('setting-up');
    const rebuilt = await setUp(run);
    await settle(run);

    tracker.phase('handing-over');
    await perform(HAND_OVER, run);
    const firstCheck = await activities.check.executeWithOptions({ summary: 'look at both sides once' }, [
      { spec, memory: null, quiet: true },
    ]);
    tracker.phase('done');
    await condition(allHandlersFinished);
    return report(plan, tracker, rebuilt, firstCheck);
  } catch (error) {
    if (isCancellation(error)) tracker.phase('cancelled');
    else tracker.failed(failureOf(error));
    throw error;
  }
}

function report(plan: Plan, tracker: RunTracker, rebuilt: Rebuilt, firstCheck: CheckResult): ReplicateReport {
  const { source, target } = firstCheck.reading;
  const { snapshot } = tracker.view;
  return {
    pipeline: plan.pipeline,
    changed: plan.changes > 0,
    steps: tracker.view.steps,
    findings: plan.findings,
    ...rebuilt,
    slot: source.ok
      ? {
          slot: source.value.slot.slot,
          retainedBytes: source.value.slot.retainedBytes,
          unconfirmedBytes: source.value.slot.unconfirmedBytes,
        }
      : null,
    clusterSize: target.ok ? target.value.cluster.size : null,
    snapshotSeconds: snapshot && secondsBetween(snapshot.startedAt, snapshot.observedAt),
    seconds: secondsBetween(workflowInfo().startTime.toISOString(), new Date().toISOString()),
    firstCheck,
  };
}
