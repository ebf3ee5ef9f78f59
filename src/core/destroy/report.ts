import { REMOVALS } from '../objects';
import type { StepId } from '../plan/types';
import type { DestroyPlan, DestroyReport, DestroyStep, ObjectFate } from './types';

/** No object of its own where what it is part of goes, too. */
const isOnTheWay = ({ id, fate }: DestroyStep, { steps }: DestroyPlan): boolean => {
  const whole = REMOVALS.find((removal) => removal.id === id)?.onTheWayTo;
  return fate === 'remove' && steps.some((step) => step.id === whole && step.fate !== 'keep');
};

/** What steps said that took less than was planned. */
export type Told = Partial<Record<StepId, string>>;

/** Compares what was planned with what a look after the last step found: only what is not there any more is "removed". */
export function destroyReport(plan: DestroyPlan, after: DestroyPlan, seconds: number, told: Told = {}): DestroyReport {
  const planned = plan.steps.filter((step) => !isOnTheWay(step, plan));
  const objects = planned.map((step) => fateOf(step, after, told));
  const more = after.steps.filter(
    (step) =>
      (step.fate === 'remove' || (step.fate === 'leave' && !after.leaveUpstream)) &&
      !plan.steps.some((one) => now(one, after) === step || (one.id === step.id && one.object === step.object)),
  );
  const all = [...objects, ...more.map((step) => leftBehind(step, appeared(step, told)))];
  const count = all.filter(({ fate }) => fate === 'left-behind').length;
  return { pipeline: plan.pipeline, objects: all, leftBehind: count, seconds };
}

const appeared = ({ id, fate, why }: DestroyStep, told: Told): string =>
  told[id] ?? (fate === 'leave' ? why : null) ?? 'it appeared meanwhile';

/** The same object, or what is still to be taken of a step that names its objects otherwise by then. */
function now(step: DestroyStep, after: DestroyPlan): DestroyStep | undefined {
  const same = after.steps.filter(({ id }) => id === step.id);
  const exact = same.find(({ object }) => object === step.object);
  return exact ?? (step.fate === 'remove' ? same.find(({ fate }) => fate === 'remove') : undefined);
}

function fateOf(step: DestroyStep, after: DestroyPlan, told: Told): ObjectFate {
  const { object, why, run } = step;
  const found = now(step, after);
  if (step.fate === 'remove') {
    // Steps about several things are not planned any more once nothing is left of them.
    if (!found || found.fate === 'absent') return { object, fate: 'removed', why: null, run: [] };
    return leftBehind({ ...step, run: found.run }, told[step.id] ?? found.why ?? 'it is still there');
  }
  if (step.fate === 'leave') {
    // Materialize drops its slot by itself where it can reach the server.
    if (found?.fate === 'absent') return { object, fate: 'removed', why: 'by Materialize', run: [] };
    return { object, fate: 'left-behind', why, run };
  }
  // It was to stay and to be somebody else's to take, and nobody's it is.
  if (found?.fate === 'leave') return leftBehind(found, found.why ?? 'it is still there');
  return { object, fate: step.fate === 'absent' ? 'absent' : 'kept', why, run: step.fate === 'keep' ? run : [] };
}

const leftBehind = ({ object, run }: DestroyStep, why: string): ObjectFate => ({
  object,
  fate: 'left-behind',
  why,
  run,
});
