import { CancellationScope, CancelledFailure, ContinueAsNew, log, patched } from '@temporalio/workflow';
import type { Size } from '../core/budgets';
import { PAUSE_KEY } from '../core/objects/cluster/resize';
import { ACCESS, COPYING, HAND_OVER, LEAVING, SIZING, SOURCE, UPSTREAM } from '../core/objects';
import type { GuideObject, RunStep } from '../core/objects/object';
import { referringStep } from '../core/plan/reference';
import type { Plan, PlanStep, StepId, StepResult } from '../core/plan/types';
import { summaryOf } from '../core/run/details';
import { plural } from '../core/text/count';
import type { ReplicateInput, StepView } from '../core/run/types';
import { tableCount } from '../core/snapshot/progress';
import type { SnapshotProgress, AttemptWindow } from '../core/snapshot/types';
import { type Approvals, refusal } from './approvals';
import * as activities from './proxies';
import { activityOf, type Performed, type StepInput, type WindowInput } from './proxies';
import { changePlaces, keepDefinitions, makeAgain, type Rebuilt, takeDown } from './rebuild';
import type { RunTracker } from './run-tracker';

/** Half an hour: long enough that a day's wait is a few hundred events, short enough that a deploy never waits for it. */
const WINDOW = 30 * 60_000;

/** What a run goes on with: the file, the plan that was approved, and what people see of it. */
export interface Converging {
  input: Pick<ReplicateInput, 'spec'>;
  plan: Plan;
  tracker: RunTracker;
  /** Called where the run may go on as a new one. */
  between?: () => Promise<void>;
}

/**
 * Both sides as the file wants them, in the guide's order: what upstream needs before what reads from it. `dropFirst`: what is
 * broken goes before anything is put right, for that would take away what shows that it is.
 */
export async function setUp(run: Converging, dropFirst = false): Promise<Rebuilt> {
  const moved = (run.plan.rebuild as Plan['rebuild'] | undefined)?.moved ?? false;
  const before = dropFirst ? [] : moved ? UPSTREAM : [...UPSTREAM, ...ACCESS];
  const inside = [...UPSTREAM, ...ACCESS, ...SOURCE].filter((object) => !before.includes(object));
  await perform(before, run);
  // What is in one piece is so in one history.
  const rebuilt = await aroundSource(run, () =>
    perform(inside, run.plan.rebuild ? { ...run, between: undefined } : run),
  );
  await perform(LEAVING, run);
  return rebuilt;
}

/** One log line, one activity, one object in, one small object out, for each step. What the plan keeps is not touched. */
export async function perform(objects: readonly GuideObject[], run: Converging): Promise<void> {
  for (const step of objects.flatMap(({ steps }) => steps)) {
    if (step.activity !== null && isDue(run.plan, step.id)) {
      await performStep({ ...step, activity: step.activity }, run);
      await run.between?.();
    }
  }
}

async function performStep(step: RunStep & { activity: string }, run: Converging): Promise<void> {
  const { tracker } = run;
  const input = stepInput(run, step.id);
  const size = sizeOf(run);
  if (step.phase) tracker.phase(step.phase);
  await tracker[step.timeouts === 'wait' ? 'wait' : 'step'](step.id, (view) =>
    step.inWindows
      ? untilCommitted(activityOf(step, size), input, view, run)
      : activityOf<StepInput, StepResult>(step, size).executeWithOptions({ summary: summaryOf(view) }, [input]),
  );
}

/** What no ALTER can change goes before the source step and comes back after it. */
async function aroundSource(run: Converging, source: () => Promise<void>): Promise<Rebuilt> {
  const { plan, tracker } = run;
  const of = { spec: run.input.spec, size: sizeOf(run), tracker };
  // A plan of an earlier version says nothing of it.
  const rebuild = plan.rebuild as Plan['rebuild'] | undefined;
  const { owed = [] } = plan;
  if (!rebuild) {
    await source();
    return { definitions: owed, recreated: owed.length > 0 ? await makeAgain(of, owed) : [] };
  }
  // Nothing is gone yet. Runs that began under an earlier version could not be cancelled from here on.
  const early = patched('cancel-before-the-drop') ? await keepDefinitions(of, rebuild) : null;
  // In one piece: a run that is cancelled in between would leave others without what they built.
  const rebuilt = await tracker.inOnePiece(async () => {
    const kept = early ?? (await keepDefinitions(of, rebuild));
    await takeDown(of, rebuild, kept);
    // What was left before may be built on what goes now, and never the other way round.
    const definitions = [...kept, ...owed];
    await source();
    return { definitions, recreated: await makeAgain(of, definitions) };
  });
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled after the source step');
  return rebuilt;
}

/**
 * Waits until the source runs and everything is copied, however long it takes; what was copied beside other tables takes
 * their places; then sizes the cluster and drops the one it ran on before.
 */
export async function settle(run: Converging): Promise<Rebuilt> {
  const { plan, tracker, input } = run;
  await perform(COPYING, run);
  // A run that began under an earlier version leaves the copies to the next one.
  const placed =
    plan.beside && patched('copies-beside')
      ? await changePlaces({ spec: input.spec, size: sizeOf(run), tracker }, plan.beside, plan.owed)
      : { definitions: [], recreated: [] };
  await perform(SIZING, run);
  return placed;
}

/** Longer than any one attempt needs; a run that ends badly ends soon all the same. */
const AT_MOST = '2m';

/**
 * What reads may have made a slot, which holds WAL back on the application's disk whether or not its copy goes on. Where
 * `work` fails or is cancelled after that, the scheduled check is made before the run ends, so that somebody looks.
 */
export async function orLeaveWatched<T>(run: Converging, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Runs that failed under an earlier version left nobody behind.
    if (!(error instanceof ContinueAsNew) && mayHoldBack(run) && patched('watch-what-failed')) await leaveWatched(run);
    throw error;
  }
}

function mayHoldBack({ tracker }: Converging): boolean {
  const reading = new Set(SOURCE.flatMap(({ steps }) => steps.map(({ id }) => id)));
  return tracker.view.steps.some(({ id, state, startedAt }) => reading.has(id) && (state !== 'pending' || startedAt));
}

async function leaveWatched(run: Converging): Promise<void> {
  try {
    await CancellationScope.nonCancellable(() =>
      CancellationScope.withTimeout(AT_MOST, () => perform(HAND_OVER, { ...run, between: undefined })),
    );
  } catch (error) {
    log.warn(`nobody watches what was made so far: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** After a wait for approval the systems may have moved on: the plan is made again until it asks for nothing new. */
export async function approvedPlan(
  input: Pick<ReplicateInput, 'spec'>,
  tracker: RunTracker,
  approvals: Approvals,
  show: (plan: Plan) => Pick<Plan, 'steps' | 'findings'> = (plan) => plan,
  between?: () => Promise<void>,
): Promise<Plan> {
  for (;;) {
    const summary = 'read both systems, compare with the file';
    const plan = await activities.makePlan.executeWithOptions({ summary }, [{ spec: input.spec }]);
    tracker.planned(show(plan));
    tracker.inherits(plan.owed);
    refuseBlocked(plan);
    const missing = approvals.missing(plan);
    if (missing.length === 0) return plan;
    await approvals.wait(missing, tracker, between);
    tracker.phase('planning');
  }
}

/** As many as a failure's message carries. */
const MOST_REASONS = 50;

/** All that stands in the way, at once: conflicts and blocking findings. */
export function refuseBlocked(plan: Pick<Plan, 'steps' | 'findings'>): void {
  const conflicts = plan.steps.filter((step) => step.action === 'conflict').map((step) => step.sentence);
  const findings = plan.findings
    .filter((finding) => finding.severity === 'blocking')
    .map((finding) => finding.sentence);
  const all = [...conflicts, ...findings];
  if (all.length === 0) return;
  const reasons = [
    ...all.slice(0, MOST_REASONS),
    ...(all.length > MOST_REASONS ? [`and ${plural(all.length - MOST_REASONS, 'more')}`] : []),
  ];
  throw refusal({
    ...{ type: 'Blocked', system: 'file', message: reasons.join('; ') },
    hint: 'see every finding with its fix: n2m plan FILE',
  });
}

async function untilCommitted(
  windowOf: Performed<WindowInput, AttemptWindow>,
  input: StepInput,
  view: StepView,
  { tracker, between }: Converging,
): Promise<StepResult> {
  // Of a run that went on as this one.
  let previous = tracker.view.snapshot;
  for (;;) {
    const window = await windowOf.executeWithOptions({ summary: summaryOf(view) }, [
      { ...input, previous, maxDuration: WINDOW },
    ]);
    previous = window.progress;
    tracker.snapshot(window.progress);
    if (window.end === 'committed') return snapshotResult(window.progress, view.object);
    await between?.();
  }
}

function snapshotResult(progress: SnapshotProgress, object: string): StepResult {
  const seconds = secondsBetween(progress.startedAt, progress.observedAt);
  const sentence = `copied ${tableCount(progress)} tables in ${seconds} s, all committed`;
  return { outcome: 'waited', object, sentence };
}

function stepOf(plan: Plan, id: StepId): PlanStep | undefined {
  return plan.steps.find((step) => step.id === id);
}

function isDue(plan: Plan, id: StepId): boolean {
  const action = stepOf(plan, id)?.action;
  return action !== undefined && action !== 'keep' && action !== 'adopt';
}

/** All of its tables, or where to find them. What a worker reads by the reference is what is written here. */
function stepInput({ input: { spec }, plan }: Converging, id: StepId): StepInput {
  const step = stepOf(plan, id);
  const pause = step?.approval === PAUSE_KEY ? { pause: true } : {};
  const planned = step?.action ?? 'keep';
  if (plan.reference) return { ...referringStep(spec, planned, plan.reference), ...pause } as unknown as StepInput;
  const { tables, removed, syntax, beside } = plan;
  return { spec, tables, removed, syntax, planned, ...(beside ? { beside } : {}), ...pause };
}

/** What leaves takes its time, too. */
function sizeOf({ input: { spec }, plan: { tables, removed } }: Pick<Converging, 'input' | 'plan'>): Size {
  return { tables: tables.length + removed.length, resizeDeadline: spec.snapshot.resizeDeadline };
}

/** Since the run began, also where it went on as another. */
export const secondsOf = ({ view }: RunTracker): number => secondsBetween(view.startedAt, new Date().toISOString());

export function secondsBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 1000);
}
