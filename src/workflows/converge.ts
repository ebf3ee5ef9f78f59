import { ApplicationFailure, CancellationScope, CancelledFailure } from '@temporalio/workflow';
import type { FailureInfo } from '../core/failures/types';
import type { Plan, PlanStep, StepId, StepResult } from '../core/plan/types';
import { summaryOf } from '../core/run/details';
import type { ReplicateInput, StepView } from '../core/run/types';
import type { SnapshotProgress } from '../core/snapshot/types';
import type { Approvals } from './approvals';
import * as activities from './proxies';
import { makeAgain, takeDown, type Rebuilt } from './rebuild';
import type { StepInput } from './proxies';
import type { RunTracker } from './run-tracker';

/** Half an hour: long enough that a day's wait is a few hundred events, short enough that a deploy never waits for it. */
const STINT = 30 * 60_000;

type Activity = { executeWithOptions(options: { summary: string }, args: [StepInput]): Promise<StepResult> };

/** What a run goes on with: the file, the plan that was approved, and what people see of it. */
export interface Converging {
  input: Pick<ReplicateInput, 'spec'>;
  plan: Plan;
  tracker: RunTracker;
}

/** Both sides as the file wants them, in the guide's order: what upstream needs before what reads from it. */
export async function setUp(run: Converging): Promise<Rebuilt> {
  const step = (id: StepId, activity: Activity) => performStep(id, activity, 'step', run);
  await step('logical-replication', activities.enableLogicalReplication);
  await step('role', activities.ensureRole);
  await step('replica-identity', activities.ensureReplicaIdentity);
  await step('grants', activities.ensureGrants);
  await step('publication', activities.ensurePublication);
  await step('ip-allow', activities.allowEgressIps);

  const access = async () => {
    await step('schema', activities.ensureSchema);
    await step('cluster', activities.ensureCluster);
    await step('secret', activities.ensureSecret);
    await step('connection', activities.ensureConnection);
  };
  const source = () => step('source', activities.ensureSource);
  const moved = (run.plan.rebuild as Plan['rebuild'] | undefined)?.moved ?? false;
  if (!moved) await access();
  const rebuilt = await aroundSource(run, moved ? () => access().then(source) : source);
  await step('drop-tables', activities.dropTables);
  return rebuilt;
}

/** What no ALTER can change goes before the source step and comes back after it. */
async function aroundSource({ input: { spec }, plan, tracker }: Converging, source: () => Promise<void>) {
  // A plan of an earlier version says nothing of it.
  const rebuild = plan.rebuild as Plan['rebuild'] | undefined;
  if (!rebuild) {
    await source();
    return { definitions: [], recreated: [] };
  }
  // In one piece: a run that is cancelled in between would leave others without what they built.
  const rebuilt = await tracker.inOnePiece(async () => {
    const definitions = await takeDown(spec, rebuild, tracker);
    await source();
    return { definitions, recreated: await makeAgain(spec, definitions, tracker) };
  });
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled after the source step');
  return rebuilt;
}

/**
 * Waits until the source runs and everything is copied, however long it takes, then sizes the cluster and drops the one
 * it ran on before.
 */
export async function settle(run: Converging): Promise<void> {
  const { plan, tracker } = run;
  await performStep('running', activities.awaitRunning, 'wait', run);
  if (isDue(plan, 'snapshot')) {
    tracker.phase('snapshotting');
    await tracker.wait('snapshot', (view) => untilCommitted(stepInput(run, 'snapshot'), view, tracker));
  }
  if (isDue(plan, 'right-size')) tracker.phase('right-sizing');
  await performStep('right-size', activities.rightSize, 'step', run);
  await performStep('drop-cluster', activities.dropLeftClusters, 'step', run);
}

/** After a wait for approval the systems may have moved on: the plan is made again until it asks for nothing new. */
export async function approvedPlan(
  input: Pick<ReplicateInput, 'spec'>,
  tracker: RunTracker,
  approvals: Approvals,
  show: (plan: Plan) => Pick<Plan, 'steps' | 'findings'> = (plan) => plan,
): Promise<Plan> {
  for (;;) {
    const summary = 'read both systems, compare with the file';
    const plan = await activities.makePlan.executeWithOptions({ summary }, [{ spec: input.spec }]);
    tracker.planned(show(plan));
    refuseBlocked(plan);
    const missing = approvals.missing(plan);
    if (missing.length === 0) return plan;
    await approvals.wait(missing, tracker);
    tracker.phase('planning');
  }
}

/** All that stands in the way, at once: conflicts and blocking findings. */
export function refuseBlocked(plan: Pick<Plan, 'steps' | 'findings'>): void {
  const conflicts = plan.steps.filter((step) => step.action === 'conflict').map((step) => step.sentence);
  const findings = plan.findings
    .filter((finding) => finding.severity === 'blocking')
    .map((finding) => finding.sentence);
  const reasons = [...conflicts, ...findings];
  if (reasons.length === 0) return;
  const info: FailureInfo = {
    type: 'Blocked',
    system: 'file',
    message: reasons.join('; '),
    code: null,
    retryable: false,
    hint: 'see every finding with its fix: n2m plan FILE',
  };
  throw ApplicationFailure.create({ message: info.message, type: info.type, nonRetryable: true, details: [info] });
}

/** One log line, one activity, one object in, one small object out. What the plan keeps is not touched. */
export async function performStep(
  id: StepId,
  activity: Activity,
  kind: 'step' | 'wait',
  run: Converging,
): Promise<void> {
  if (!isDue(run.plan, id)) return;
  await run.tracker[kind](id, (view) =>
    activity.executeWithOptions({ summary: summaryOf(view) }, [stepInput(run, id)]),
  );
}

async function untilCommitted(input: StepInput, view: StepView, tracker: RunTracker): Promise<StepResult> {
  let previous: SnapshotProgress | null = null;
  for (;;) {
    const stint = await activities.awaitSnapshot.executeWithOptions({ summary: summaryOf(view) }, [
      { ...input, previous, maxDuration: STINT },
    ]);
    previous = stint.progress;
    tracker.snapshot(stint.progress);
    if (stint.end === 'committed') return snapshotResult(stint.progress, view.object);
  }
}

function snapshotResult(progress: SnapshotProgress, object: string): StepResult {
  const seconds = secondsBetween(progress.startedAt, progress.observedAt);
  const sentence = `copied ${progress.tables.length} tables in ${seconds} s, all committed`;
  return { outcome: 'waited', object, sentence };
}

function stepOf(plan: Plan, id: StepId): PlanStep | undefined {
  return plan.steps.find((step) => step.id === id);
}

function isDue(plan: Plan, id: StepId): boolean {
  const action = stepOf(plan, id)?.action;
  return action !== undefined && action !== 'keep' && action !== 'adopt';
}

function stepInput({ input: { spec }, plan }: Converging, id: StepId): StepInput {
  const planned = stepOf(plan, id)?.action ?? 'keep';
  return { spec, tables: plan.tables, removed: plan.removed, syntax: plan.syntax, planned };
}

export function secondsBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 1000);
}
