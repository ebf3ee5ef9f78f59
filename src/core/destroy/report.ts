import type { DestroyPlan, DestroyReport, DestroyStep, ObjectFate } from './types';

/** No object of its own where the publication goes, too: a step on the way. */
const isOnTheWay = ({ id }: DestroyStep, { steps }: DestroyPlan): boolean =>
  id === 'unpublish' && steps.some((step) => step.id === 'remove-publication' && step.fate !== 'keep');

/** Compares what was planned with what a look after the last step found: only what is not there any more is "removed". */
export function destroyReport(plan: DestroyPlan, after: DestroyPlan, seconds: number): DestroyReport {
  const objects = plan.steps.filter((step) => !isOnTheWay(step, plan)).map((step) => fateOf(step, after));
  const more = after.steps.filter(
    ({ id, fate, object }) => fate === 'remove' && !plan.steps.some((step) => step.id === id && step.object === object),
  );
  const all = [...objects, ...more.map((step) => leftBehind(step, 'it appeared meanwhile'))];
  const count = all.filter(({ fate }) => fate === 'left-behind').length;
  return { pipeline: plan.pipeline, objects: all, leftBehind: count, seconds };
}

function fateOf(step: DestroyStep, after: DestroyPlan): ObjectFate {
  const { object, why, run } = step;
  const now = after.steps.find(({ id }) => id === step.id);
  if (step.fate === 'remove') {
    // Steps about several things are not planned any more once nothing is left of them.
    if (!now || now.fate === 'absent') return { object, fate: 'removed', why: null, run: [] };
    return leftBehind(step, now.why ?? 'it is still there');
  }
  if (step.fate === 'leave') {
    // Materialize drops its slot by itself where it can reach the server.
    if (now?.fate === 'absent') return { object, fate: 'removed', why: 'by Materialize', run: [] };
    return { object, fate: 'left-behind', why, run };
  }
  return { object, fate: step.fate === 'absent' ? 'absent' : 'kept', why, run: step.fate === 'keep' ? run : [] };
}

const leftBehind = ({ object, run }: DestroyStep, why: string): ObjectFate => ({
  object,
  fate: 'left-behind',
  why,
  run,
});
