import { allHandlersFinished, condition } from '@temporalio/workflow';
import type { RotatePlan, RotateReport } from '../core/repair/rotate-plan';
import { summaryOf } from '../core/run/details';
import type { ReplicateInput } from '../core/run/types';
import { Approvals } from './approvals';
import { refuseBlocked, secondsOf } from './converge';
import { goingOn, mayGoOn } from './go-on';
import * as activities from './proxies';
import { RunTracker } from './run-tracker';
import { endedBadly } from './told';

/** A new password for the role; stored, validated, the source seen running with it, the old one known dead. */
export async function rotateReplication(input: ReplicateInput): Promise<RotateReport> {
  const { spec } = input;
  const tracker = new RunTracker(spec.name, input.before);
  const approvals = new Approvals(spec, input.approved, input.before?.waiting);
  // Its two steps add the same few events, however long they take.
  const long = mayGoOn() ? goingOn(input, tracker, approvals) : undefined;
  try {
    for (;;) {
      const plan = await planRotation(input);
      tracker.planned(plan);
      refuseBlocked(plan);
      const missing = approvals.missing(plan);
      if (missing.length === 0) break;
      await approvals.wait(missing, tracker, long);
      tracker.phase('planning');
    }
    tracker.phase('rotating');
    await tracker.step('rotate', (view) =>
      activities.rotatePassword.executeWithOptions({ summary: summaryOf(view) }, [{ spec }]),
    );
    await tracker.step('reconnect', (view) =>
      activities.reconnectSource.executeWithOptions({ summary: summaryOf(view) }, [{ spec }]),
    );
    tracker.phase('done');
    await condition(allHandlersFinished);
    return {
      pipeline: spec.name,
      role: spec.source.role.name,
      proofs: tracker.view.steps.map((step) => step.sentence),
      seconds: secondsOf(tracker),
    };
  } catch (error) {
    throw await endedBadly(error, spec, tracker);
  }
}

/** What `rotateReplication` would do. Changes nothing. */
export async function planRotation({ spec }: Pick<ReplicateInput, 'spec'>): Promise<RotatePlan> {
  return activities.planRotate.executeWithOptions({ summary: 'look at role, secret, connection and source' }, [
    { spec },
  ]);
}
