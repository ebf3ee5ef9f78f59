import { allHandlersFinished, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import { HAND_OVER } from '../core/objects';
import { recreateStep } from '../core/objects/source/rebuild-steps';
import type { Plan, PlanStep } from '../core/plan/types';
import type { Definition, Recreated, RepairPlan, RepairReport } from '../core/repair/types';
import type { RepairRunInput } from '../core/run/types';
import { Approvals } from './approvals';
import { approvedPlan, perform, refuseBlocked, settle, setUp } from './converge';
import * as activities from './proxies';
import { makeAgain, takeDown } from './rebuild';
import { failureOf, RunTracker } from './run-tracker';

/**
 * Mends what is broken, the least destructive way that helps:
 *  1. read both sides, judge, plan; stop where the file leads elsewhere; wait for approval
 *  2. a refused password: a new one
 *  3. what has to be dropped: definitions built on it are read and kept first, then only that is dropped
 *  4. both sides as the file wants them, as an apply does it
 *  5. the kept definitions are made again in order and compared
 *  6. running, copied, right-sized; the watch; one look at both sides
 */
export async function repairReplication(input: RepairRunInput): Promise<RepairReport> {
  const { spec } = input;
  const tracker = new RunTracker(spec.name);
  const approvals = new Approvals(spec.name, input.approved);
  try {
    const plan = await approvedRepair(input, tracker, approvals);
    const { damage } = plan;
    tracker.phase('repairing');
    if (damage.password) {
      await tracker.step('rotate', () =>
        activities.rotatePassword.executeWithOptions({ summary: 'new password' }, [{ spec }]),
      );
      await tracker.step('reconnect', () =>
        activities.reconnectSource.executeWithOptions({ summary: 'see the source back' }, [{ spec }]),
      );
    }
    const definitions = await takeDown(spec, plan, tracker);
    const recreated = await putUp(input, plan, definitions, tracker, approvals);
    tracker.phase('proving');
    const { verdict } = await activities.check.executeWithOptions({ summary: 'look at both sides once' }, [
      { spec, memory: null, quiet: true },
    ]);
    tracker.phase('done');
    await condition(allHandlersFinished);
    return {
      pipeline: spec.name,
      symptoms: plan.symptoms,
      steps: tracker.view.steps
        .filter(({ outcome }) => outcome !== 'kept' && outcome !== 'adopted')
        .map(({ sentence }) => sentence),
      definitions,
      recreated,
      verdict,
      seconds: Math.round((Date.now() - workflowInfo().startTime.getTime()) / 1000),
    };
  } catch (error) {
    if (isCancellation(error)) tracker.phase('cancelled');
    else tracker.failed(failureOf(error));
    throw error;
  }
}

/** What `repairReplication` would do. Changes nothing. */
export async function planRepair({ spec, memory }: Pick<RepairRunInput, 'spec' | 'memory'>): Promise<RepairPlan> {
  return activities.planRepair.executeWithOptions({ summary: 'read both sides, judge, find a remedy' }, [
    { spec, memory },
  ]);
}

async function approvedRepair(input: RepairRunInput, tracker: RunTracker, approvals: Approvals): Promise<RepairPlan> {
  for (;;) {
    const plan = await planRepair(input);
    tracker.planned(plan);
    refuseBlocked(plan);
    const missing = approvals.missing(plan);
    if (missing.length === 0) return plan;
    await approvals.wait(missing, tracker);
    tracker.phase('planning');
  }
}

/** What others built comes back as soon as the tables exist; the copy may take hours. */
async function putUp(
  input: RepairRunInput,
  repair: RepairPlan,
  definitions: Definition[],
  tracker: RunTracker,
  approvals: Approvals,
): Promise<Recreated[]> {
  const { damage } = repair;
  const due = damage.recreate.length + damage.dead.length + damage.converge.length > 0;
  if (!due) return [];
  const before = repair.steps.filter(({ id }) => id !== 'publication');
  const after = definitions.length === 0 ? [] : [recreateStep(definitions.length)];
  const show = (plan: Plan) => ({ findings: plan.findings, steps: arranged(before, plan.steps, after) });
  const plan = await approvedPlan(input, tracker, approvals, show);
  const run = { input, plan, tracker };
  await setUp(run);
  const recreated = await makeAgain(input.spec, definitions, tracker);
  await settle(run);
  await perform(HAND_OVER, run);
  return recreated;
}

/** As they are done: the definitions after the source, before the waits. */
function arranged(before: PlanStep[], steps: PlanStep[], after: PlanStep[]): PlanStep[] {
  const waits = steps.findIndex(({ id }) => id === 'running');
  const at = waits < 0 ? steps.length : waits;
  return [...before, ...steps.slice(0, at), ...after, ...steps.slice(at)];
}
