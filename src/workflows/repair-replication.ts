import { allHandlersFinished, condition } from '@temporalio/workflow';
import { HAND_OVER } from '../core/objects';
import { recreateStep } from '../core/objects/source/rebuild-steps';
import type { Plan, PlanStep } from '../core/plan/types';
import { drops, putsUp } from '../core/repair/plan';
import type { Definition, Recreated, RepairPlan, RepairReport } from '../core/repair/types';
import type { RepairRunInput } from '../core/run/types';
import { Approvals } from './approvals';
import { approvedPlan, perform, refuseBlocked, secondsOf, settle, setUp } from './converge';
import * as activities from './proxies';
import { makeAgain, type Rebuilt, takeDown } from './rebuild';
import { RunTracker } from './run-tracker';
import { endedBadly } from './told';

/**
 * Mends what is broken, the least destructive way that helps:
 *  1. read both sides, judge, plan, also what comes after a drop; stop where the file leads elsewhere; wait for approval of
 *     all of it
 *  2. a refused password: a new one
 *  3. in one piece: definitions built on what has to be dropped are read and kept, and only that is dropped; both sides are
 *     put right as an apply does it, the source with its tables; the kept definitions are made again in order and compared
 *  4. running, copied, right-sized; the watch; one look at both sides
 */
export async function repairReplication(input: RepairRunInput): Promise<RepairReport> {
  const { spec } = input;
  const tracker = new RunTracker(spec.name);
  const approvals = new Approvals(spec, input.approved);
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
    const { definitions, recreated } = await (plan.after
      ? dropAndPutUp(input, { ...plan, after: plan.after }, tracker)
      : dropThenPlan(input, plan, tracker, approvals));
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
      seconds: secondsOf(tracker),
    };
  } catch (error) {
    await endedBadly(error, spec, tracker);
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
    tracker.planned(wholly(plan));
    tracker.inherits(plan.after?.owed);
    refuseBlocked(plan);
    if (plan.after) refuseBlocked(plan.after);
    const missing = approvals.missing(plan);
    if (missing.length === 0) return plan;
    await approvals.wait(missing, tracker);
    tracker.phase('planning');
  }
}

/** As a run does it that makes something again: what others built comes back before anything can stop it. */
async function dropAndPutUp(
  input: RepairRunInput,
  repair: RepairPlan & { after: Plan },
  tracker: RunTracker,
): Promise<Rebuilt> {
  const { damage, dependents, slot, after } = repair;
  const rebuild = drops(damage) ? { damage, dependents, slot } : after.rebuild;
  const run = { input, plan: { ...after, rebuild }, tracker };
  const rebuilt = await setUp(run, drops(damage));
  await settle(run);
  await perform(HAND_OVER, run);
  return rebuilt;
}

/** In the order in which they are done: what goes before the source, what comes back behind it. */
function wholly(repair: RepairPlan): Pick<Plan, 'steps' | 'findings'> {
  const { damage, dependents, steps: own, after } = repair;
  if (!after) return repair;
  const password = own.filter(({ id }) => OF_PASSWORD.includes(id));
  const findings = [...repair.findings, ...after.findings.filter(({ severity }) => severity !== 'blocking')];
  if (!drops(damage)) return { findings, steps: [...password, ...after.steps] };
  const goes = own.filter(({ id }) => !OF_PASSWORD.includes(id));
  const at = after.steps.findIndex(({ id }) => id === 'source');
  const tables = damage.recreate.length > 0 ? after.tables.length : damage.dead.length;
  const again = recreateStep(dependents.length + tables + (after.owed?.length ?? 0));
  const rest = after.steps.slice(at + 1).filter(({ id }) => id !== again.id);
  return { findings, steps: [...password, ...goes, ...after.steps.slice(0, at + 1), again, ...rest] };
}

const OF_PASSWORD: readonly string[] = ['rotate', 'reconnect'];

/** Nothing comes after; or the plan is an earlier version's, which knows nothing of it. */
async function dropThenPlan(
  input: RepairRunInput,
  repair: RepairPlan,
  tracker: RunTracker,
  approvals: Approvals,
): Promise<Rebuilt> {
  const definitions = await takeDown({ ...unknownSize(input), tracker }, repair);
  return { definitions, recreated: await putUp(input, repair, definitions, tracker, approvals) };
}

const unknownSize = ({ spec }: RepairRunInput) => ({
  spec,
  size: { tables: 0, resizeDeadline: spec.snapshot.resizeDeadline },
});

async function putUp(
  input: RepairRunInput,
  repair: RepairPlan,
  definitions: Definition[],
  tracker: RunTracker,
  approvals: Approvals,
): Promise<Recreated[]> {
  if (!putsUp(repair)) return [];
  const before = repair.steps.filter(({ id }) => id !== 'publication');
  const after = definitions.length === 0 ? [] : [recreateStep(definitions.length)];
  const show = (plan: Plan) => ({ findings: plan.findings, steps: arranged(before, plan.steps, after) });
  const plan = await approvedPlan(input, tracker, approvals, show);
  const run = { input, plan, tracker };
  await setUp(run);
  const recreated = await makeAgain({ ...unknownSize(input), tracker }, definitions);
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
