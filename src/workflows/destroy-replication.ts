import { allHandlersFinished, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { DestroyInput, DestroyPlan, DestroyReport } from '../core/destroy/types';
import type { StepId, StepResult } from '../core/plan/types';
import { summaryOf } from '../core/run/details';
import type { DestroyRunInput } from '../core/run/types';
import { destroyReport, type Told } from '../core/destroy/report';
import { Approvals } from './approvals';
import * as activities from './proxies';
import { failureOf, RunTracker } from './run-tracker';

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
  const tracker = new RunTracker(spec.name);
  const approvals = new Approvals(spec.name, input.approved);
  try {
    const plan = await approvedPlan(input, tracker, approvals);
    const told: Told = {};
    const step = async (id: StepId, run: Removal) => {
      const result = await perform(id, run, { spec, plan }, tracker);
      if (result?.outcome === 'kept') told[id] = result.sentence;
    };

    tracker.phase('removing');
    await step('remove-watch', activities.removeWatch);
    await step('remove-source', activities.removeSource);
    await step('remove-slot', removeSlot);
    await step('remove-connection', activities.removeConnection);
    await step('remove-secret', activities.removeSecret);
    await step('remove-cluster', activities.removeCluster);
    await step('drop-cluster', activities.dropLeftClusters);
    await step('remove-schema', activities.removeSchema);

    await step('unpublish', activities.unpublish);
    await step('restore-identity', activities.restoreIdentity);
    await step('remove-grants', activities.revokeGrants);
    await step('remove-role', activities.removeRole);
    await step('remove-ips', activities.removeIps);
    await step('remove-publication', activities.removePublication);
    await step('remove-record', activities.removeRecord);

    tracker.phase('proving');
    const after = await look(input, plan.known, 'look at both systems again');
    tracker.phase('done');
    await condition(allHandlersFinished);
    return destroyReport(plan, after, seconds(), told);
  } catch (error) {
    if (isCancellation(error)) tracker.phase('cancelled');
    else tracker.failed(failureOf(error));
    throw error;
  }
}

/** What `destroyReplication` would take and what would stay. Changes nothing. */
export async function planDestruction(input: Pick<DestroyRunInput, 'spec' | 'leaveUpstream'>): Promise<DestroyPlan> {
  return look(input, null, 'read both systems, see what is ours');
}

type Removal = { executeWithOptions(options: { summary: string }, args: [DestroyInput]): Promise<StepResult> };

const removeSlot: Removal = {
  executeWithOptions: (options, [{ spec, plan }]) =>
    activities.removeSlot.executeWithOptions(options, [{ spec, slot: plan.known.slot ?? '' }]),
};

function look(
  { spec, leaveUpstream }: Pick<DestroyRunInput, 'spec' | 'leaveUpstream'>,
  known: DestroyPlan['known'] | null,
  summary: string,
): Promise<DestroyPlan> {
  return activities.planDestroy.executeWithOptions({ summary }, [{ spec, leaveUpstream, known }]);
}

/** After a wait for approval the systems may have moved on: the plan is made again until it asks for nothing new. */
async function approvedPlan(input: DestroyRunInput, tracker: RunTracker, approvals: Approvals): Promise<DestroyPlan> {
  for (;;) {
    const plan = await look(input, null, 'read both systems, see what is ours');
    tracker.planned(plan);
    const missing = approvals.missing(plan);
    if (missing.length === 0) return plan;
    await approvals.wait(missing, tracker);
    tracker.phase('planning');
  }
}

/** Null where nothing was to be done. */
async function perform(
  id: StepId,
  removal: Removal,
  input: DestroyInput,
  tracker: RunTracker,
): Promise<StepResult | null> {
  const planned = input.plan.steps.find((step) => step.id === id && step.fate === 'remove');
  if (!planned) return null;
  let result: StepResult | null = null;
  await tracker.step(id, async (view) => {
    result = await removal.executeWithOptions({ summary: summaryOf(view) }, [input]);
    return result;
  });
  return result;
}

function seconds(): number {
  return Math.round((Date.now() - workflowInfo().startTime.getTime()) / 1000);
}
