import { allHandlersFinished, condition } from '@temporalio/workflow';
import { HAND_OVER } from '../core/objects';
import { recreateStep } from '../core/objects/source/rebuild-steps';
import type { Plan, PlanStep } from '../core/plan/types';
import { PUT_RIGHT, putsUp } from '../core/repair/plan';
import { drops } from '../core/repair/stop';
import type { Definition, Recreated, RepairPlan, RepairReport } from '../core/repair/types';
import type { RepairRunInput, RunBefore } from '../core/run/types';
import type { Symptom } from '../core/watch/types';
import { Approvals } from './approvals';
import { approvedPlan, type Converging, perform, refuseBlocked, secondsOf, settle, setUp } from './converge';
import { goingOn, mayGoOn } from './go-on';
import * as activities from './proxies';
import { joined, keepDefinitions, makeAgain, type Rebuilt, takeDown } from './rebuild';
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
 *
 * A run that goes on as a new one after the drop is an apply from there on: what is missing is made, what is open waited for.
 */
export async function repairReplication(input: RepairRunInput): Promise<RepairReport> {
  const { spec, before } = input;
  const tracker = new RunTracker(spec.name, before);
  const approvals = new Approvals(spec, input.approved, before?.waiting);
  const run = { input, tracker, approvals, goOn: mayGoOn() ? goingOn(input, tracker, approvals) : undefined };
  try {
    const { symptoms, ...rebuilt } = before?.repaired ? await putUpOn(run, before.repaired) : await mend(run);
    const { definitions, recreated } = joined(before, rebuilt);
    tracker.phase('proving');
    const { verdict } = await activities.check.executeWithOptions({ summary: 'look at both sides once' }, [
      { spec, memory: null, quiet: true },
    ]);
    tracker.phase('done');
    await condition(allHandlersFinished);
    return {
      pipeline: spec.name,
      symptoms,
      steps: tracker.view.steps
        .filter(({ outcome }) => outcome !== 'kept' && outcome !== 'adopted')
        .map(({ sentence }) => sentence),
      definitions,
      recreated,
      verdict,
      seconds: secondsOf(tracker),
    };
  } catch (error) {
    throw await endedBadly(error, spec, tracker);
  }
}

/** What `repairReplication` would do. Changes nothing. */
export async function planRepair({ spec, memory }: Pick<RepairRunInput, 'spec' | 'memory'>): Promise<RepairPlan> {
  return activities.planRepair.executeWithOptions({ summary: 'read both sides, judge, find a remedy' }, [
    { spec, memory },
  ]);
}

interface Run {
  input: RepairRunInput;
  tracker: RunTracker;
  approvals: Approvals;
  /** As a new run, where the history grows long. */
  goOn: ((more?: Partial<RunBefore>) => Promise<void>) | undefined;
}

type Mended = Rebuilt & { symptoms: Symptom[] };

async function mend(run: Run): Promise<Mended> {
  const { input, tracker, approvals } = run;
  const { spec } = input;
  const plan = await approvedRepair(run);
  tracker.phase('repairing');
  if (plan.damage.password) {
    await tracker.step('rotate', () =>
      activities.rotatePassword.executeWithOptions({ summary: 'new password' }, [{ spec }]),
    );
    await tracker.step('reconnect', () =>
      activities.reconnectSource.executeWithOptions({ summary: 'see the source back' }, [{ spec }]),
    );
  }
  const rebuilt = await (plan.after
    ? dropAndPutUp(run, { ...plan, after: plan.after })
    : dropThenPlan(input, plan, tracker, approvals));
  return { symptoms: plan.symptoms, ...rebuilt };
}

/** What is left of a repair that went on as this one after it dropped what was broken and made it again. */
async function putUpOn({ input, tracker, approvals, goOn }: Run, repaired: Symptom[]): Promise<Mended> {
  const between = goOn && (() => goOn({ repaired }));
  const plan = await approvedPlan(input, tracker, approvals, undefined, between);
  tracker.phase('repairing');
  return { symptoms: repaired, ...(await wholeWay({ input, plan, tracker, between })) };
}

/** As an apply does it. */
async function wholeWay(run: Converging, dropFirst = false): Promise<Rebuilt> {
  const rebuilt = joined(await setUp(run, dropFirst), await settle(run));
  await perform(HAND_OVER, run);
  return rebuilt;
}

async function approvedRepair({ input, tracker, approvals, goOn }: Run): Promise<RepairPlan> {
  for (;;) {
    const plan = await planRepair(input);
    tracker.planned(wholly(plan));
    tracker.inherits(plan.after?.owed);
    refuseBlocked(plan);
    if (plan.after) refuseBlocked(plan.after);
    const missing = approvals.missing(plan);
    if (missing.length === 0) return plan;
    await approvals.wait(missing, tracker, goOn);
    tracker.phase('planning');
  }
}

/** As a run does it that makes something again: what others built comes back before anything can stop it. */
function dropAndPutUp({ input, tracker, goOn }: Run, repair: RepairPlan & { after: Plan }): Promise<Rebuilt> {
  const { damage, dependents, slot, after, symptoms } = repair;
  const rebuild = drops(damage) ? { damage, dependents, slot } : after.rebuild;
  const between = goOn && (() => goOn({ repaired: symptoms }));
  return wholeWay({ input, plan: { ...after, rebuild }, tracker, between }, drops(damage));
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
  const of = { ...unknownSize(input), tracker };
  const definitions = await keepDefinitions(of, repair);
  await takeDown(of, repair, definitions);
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
  const before = repair.steps.filter(({ id }) => id !== PUT_RIGHT);
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
