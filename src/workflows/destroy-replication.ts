import { allHandlersFinished, condition } from '@temporalio/workflow';
import type { Size } from '../core/budgets';
import { destroyReport, type Told } from '../core/destroy/report';
import type { DestroyInput, DestroyPlan, DestroyReport, DestroyStep, KnownUpstream } from '../core/destroy/types';
import { REMOVALS } from '../core/objects';
import type { Removal } from '../core/objects/object';
import { withoutTables } from '../core/plan/reference';
import type { PlanReference, StepResult } from '../core/plan/types';
import { summaryOf } from '../core/run/details';
import type { DestroyRunInput } from '../core/run/types';
import type { PipelineSpec } from '../core/spec/types';
import { Approvals } from './approvals';
import { secondsOf } from './converge';
import { goingOn, mayGoOn } from './go-on';
import { activityOf, planDestroy } from './proxies';
import { RunTracker } from './run-tracker';
import { endedBadly } from './told';

/**
 * Takes a pipeline down, in the order in which nothing is left without its owner:
 *  1. observe both sides; what goes, what stays and why; wait for approval
 *  2. the watch, so that nobody is alarmed
 *  3. the source, and proof that its slot is gone upstream
 *  4. connection, secret, cluster and schema in Materialize
 *  5. upstream: the publication is emptied, what was shared is given back, the role goes, the publication and the record last
 *  6. everything is looked up again; the report says only what that look saw
 *
 * What is half done is finished by running it again: each step looks first, and a publication holds the record.
 */
export async function destroyReplication(input: DestroyRunInput): Promise<DestroyReport> {
  const { spec } = input;
  const tracker = new RunTracker(spec.name, input.before);
  const approvals = new Approvals(spec, input.approved, input.before?.waiting);
  // Nowhere else: a plan made between two removals would not know any more what the first ones took.
  const long = mayGoOn() ? goingOn(input, tracker, approvals) : undefined;
  try {
    const plan = await approvedPlan(input, tracker, approvals, long);
    const told: Told = {};
    tracker.phase('removing');
    for (const removal of REMOVALS) {
      const result = await perform(removal, spec, plan, tracker);
      if (result?.outcome === 'kept') told[removal.id] = result.sentence;
    }

    tracker.phase('proving');
    const after = await look(input, plan, 'look at both systems again');
    // Nothing is left to build it on.
    tracker.inherits([]);
    tracker.phase('done');
    await condition(allHandlersFinished);
    return destroyReport(plan, after, secondsOf(tracker), told);
  } catch (error) {
    throw await endedBadly(error, spec, tracker);
  }
}

/** What `destroyReplication` would take and what would stay. Changes nothing. */
export async function planDestruction(input: Pick<DestroyRunInput, 'spec' | 'leaveUpstream'>): Promise<DestroyPlan> {
  return look(input, null, 'read both systems, see what is ours');
}

function look(
  { spec, leaveUpstream }: Pick<DestroyRunInput, 'spec' | 'leaveUpstream'>,
  before: DestroyPlan | null,
  summary: string,
): Promise<DestroyPlan> {
  const known = before?.known ?? null;
  const input = { spec, leaveUpstream, known };
  return planDestroy.executeWithOptions({ summary }, [refer(before?.reference, input, { known: null })]);
}

/** What was read is carried, or where the worker finds it: see activities/edges/plans.ts. */
function refer<Input extends { spec: PipelineSpec }>(
  plan: PlanReference | undefined,
  input: Input,
  without: Partial<Input> = {},
): Input {
  return plan === undefined ? input : { ...input, ...without, spec: withoutTables(input.spec), plan };
}

/** After a wait for approval the systems may have moved on: the plan is made again until it asks for nothing new. */
async function approvedPlan(
  input: DestroyRunInput,
  tracker: RunTracker,
  approvals: Approvals,
  long: (() => Promise<void>) | undefined,
): Promise<DestroyPlan> {
  for (;;) {
    const plan = await look(input, null, 'read both systems, see what is ours');
    tracker.planned(plan);
    const missing = approvals.missing(plan);
    if (missing.length === 0) return plan;
    await approvals.wait(missing, tracker, long);
    tracker.phase('planning');
  }
}

/** Null where nothing was to be done. */
async function perform(
  removal: Removal,
  spec: PipelineSpec,
  { steps, leaveUpstream, dependents, known, reference }: DestroyPlan,
  tracker: RunTracker,
): Promise<StepResult | null> {
  if (!steps.some((step) => step.id === removal.id && step.fate === 'remove')) return null;
  let result: StepResult | null = null;
  await tracker.step(removal.id, async (view) => {
    const whole: DestroyInput = { spec, plan: { leaveUpstream, dependents, known } };
    const input = refer(reference, removal.input?.(whole) ?? whole);
    const performed = activityOf<unknown, StepResult>(removal, sizeOf(spec, steps, known));
    result = await performed.executeWithOptions({ summary: summaryOf(view) }, [input]);
    return result;
  });
  return result;
}

/** Each table left something in the record, or goes with the source. */
function sizeOf(spec: PipelineSpec, steps: readonly DestroyStep[], { added }: KnownUpstream): Size {
  const tables = Math.max(added.length, ...steps.map(({ changes, more = 0 }) => changes.length + more));
  return { tables, resizeDeadline: spec.snapshot.resizeDeadline };
}
