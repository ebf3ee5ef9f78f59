import { allHandlersFinished, ApplicationFailure, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { Plan, PlanStep, StepId, StepResult } from '../core/plan/types';
import type { ReplicateInput, ReplicateReport, StepView } from '../core/run/types';
import type { SnapshotProgress } from '../core/snapshot/types';
import type { CheckResult } from '../core/watch/types';
import type { FailureInfo } from '../core/failures/types';
import { Approvals } from './approvals';
import * as activities from './proxies';
import type { StepInput } from './proxies';
import { failureOf, RunTracker } from './run-tracker';

/** Half an hour: long enough that a day's wait is a few hundred events, short enough that a deploy never waits for it. */
const STINT = 30 * 60_000;

/**
 * The main job, top to bottom as the guide has it:
 *  1. observe both sides, plan; stop with all conflicts and blocking findings at once
 *  2. wait for approval of what interrupts somebody or cannot be undone
 *  3. source: logical replication, role, replica identity before the publication, grants, publication, IP allow
 *  4. target: schema, cluster, secret, connection, source with its tables; tables that left the file
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
    const step = (id: StepId, run: Activity, phase: 'step' | 'wait' = 'step') =>
      performStep(id, run, phase, input, plan, tracker);

    tracker.phase('setting-up');
    await step('logical-replication', activities.enableLogicalReplication);
    await step('role', activities.ensureRole);
    await step('replica-identity', activities.ensureReplicaIdentity);
    await step('grants', activities.ensureGrants);
    await step('publication', activities.ensurePublication);
    await step('ip-allow', activities.allowEgressIps);

    await step('schema', activities.ensureSchema);
    await step('cluster', activities.ensureCluster);
    await step('secret', activities.ensureSecret);
    await step('connection', activities.ensureConnection);
    await step('source', activities.ensureSource);
    await step('drop-tables', activities.dropTables);
    await step('running', activities.awaitRunning, 'wait');

    if (isDue(plan, 'snapshot')) {
      tracker.phase('snapshotting');
      await tracker.wait('snapshot', (view) => untilCommitted(stepInput(input, plan, 'snapshot'), view, tracker));
    }
    if (isDue(plan, 'right-size')) tracker.phase('right-sizing');
    await step('right-size', activities.rightSize);

    tracker.phase('handing-over');
    await step('watch', activities.ensureWatch);
    const firstCheck = await activities.check.executeWithOptions({ summary: 'look at both sides once' }, [
      { spec, memory: null, quiet: true },
    ]);
    tracker.phase('done');
    await condition(allHandlersFinished);
    return report(plan, tracker, firstCheck);
  } catch (error) {
    if (isCancellation(error)) tracker.phase('cancelled');
    else tracker.failed(failureOf(error));
    throw error;
  }
}

type Activity = { executeWithOptions(options: { summary: string }, args: [StepInput]): Promise<StepResult> };

/** After a wait for approval the systems may have moved on: the plan is made again until it asks for nothing new. */
async function approvedPlan(input: ReplicateInput, tracker: RunTracker, approvals: Approvals): Promise<Plan> {
  for (;;) {
    const summary = 'read both systems, compare with the file';
    const plan = await activities.makePlan.executeWithOptions({ summary }, [{ spec: input.spec }]);
    tracker.planned(plan);
    refuseBlocked(plan);
    const missing = approvals.missing(plan);
    if (missing.length === 0) return plan;
    await approvals.wait(missing, tracker);
    tracker.phase('planning');
  }
}

/** All that stands in the way, at once: conflicts and blocking findings. */
function refuseBlocked(plan: Plan): void {
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
async function performStep(
  id: StepId,
  activity: Activity,
  kind: 'step' | 'wait',
  input: ReplicateInput,
  plan: Plan,
  tracker: RunTracker,
): Promise<void> {
  if (!isDue(plan, id)) return;
  await tracker[kind](id, (view) =>
    activity.executeWithOptions({ summary: summaryOf(view) }, [stepInput(input, plan, id)]),
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

function stepInput({ spec }: ReplicateInput, plan: Plan, id: StepId): StepInput {
  const planned = stepOf(plan, id)?.action ?? 'keep';
  return { spec, tables: plan.tables, removed: plan.removed, syntax: plan.syntax, planned };
}

/** Summaries are cut at 400 bytes by the server; 200 read well in the UI's rows. */
function summaryOf(view: StepView): string {
  return view.sentence.length > 180 ? `${view.sentence.slice(0, 179)}…` : view.sentence;
}

function report(plan: Plan, tracker: RunTracker, firstCheck: CheckResult): ReplicateReport {
  const { source, target } = firstCheck.reading;
  const { snapshot } = tracker.view;
  return {
    pipeline: plan.pipeline,
    changed: plan.changes > 0,
    steps: tracker.view.steps,
    findings: plan.findings,
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

function secondsBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 1000);
}
