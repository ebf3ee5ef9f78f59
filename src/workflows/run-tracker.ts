import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  ContinueAsNew,
  isCancellation,
  log,
  patched,
  rootCause,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { FailureInfo } from '../core/failures/types';
import type { Plan, PlanStep, StepId, StepResult } from '../core/plan/types';
import { type Definition, type Recreated, stillOwed } from '../core/plan/definition';
import { renderRunDetails } from '../core/run/details';
import type { RunBefore, RunPhase, RunView, StepView } from '../core/run/types';
import type { SnapshotProgress } from '../core/snapshot/types';
import { stateAttribute, viewQuery } from './messages';

/**
 * What people see of a run: the query, the current details of the Temporal UI and one search attribute are all drawn
 * from one view, which changes only here.
 */
export class RunTracker {
  readonly view: RunView;
  private readonly recreated: Recreated[];

  constructor(pipeline: string, before?: RunBefore) {
    this.view = {
      pipeline,
      phase: 'planning',
      startedAt: before?.startedAt ?? now(),
      steps: before?.steps ?? [],
      findings: [],
      waitingFor: [],
      snapshot: before?.snapshot ?? null,
      failure: null,
      ...(before && before.definitions.length > 0 ? { definitions: before.definitions } : {}),
    };
    this.recreated = [...(before?.recreated ?? [])];
    setHandler(viewQuery, () => this.view, { description: 'Where the run stands: steps, progress, what it waits for' });
    this.show();
    CancellationScope.current().cancelRequested.catch(() => {
      this.view.cancelling = true;
      this.show();
    });
  }

  phase(phase: RunPhase): void {
    if (this.view.phase === phase) return;
    this.view.phase = phase;
    upsertSearchAttributes([{ key: stateAttribute, value: phase }]);
    this.show();
  }

  /** Takes a plan's steps; what an earlier plan of this run has done stays as it was told, also where this one has no such step. */
  planned(plan: Pick<Plan, 'steps' | 'findings'>): void {
    const done = new Map(this.view.steps.filter((step) => step.state === 'done').map((step) => [step.id, step]));
    const ids = new Set(plan.steps.map(({ id }) => id));
    const before = [...done.values()].filter(({ id, startedAt }) => startedAt !== null && !ids.has(id));
    this.view.steps = [...before, ...plan.steps.map((step) => done.get(step.id) ?? pending(step))];
    this.view.findings = plan.findings;
    this.show();
  }

  keeps(definitions: Definition[]): void {
    this.view.definitions = [...(this.view.definitions ?? []), ...definitions];
    this.view.owed = [...definitions, ...(this.view.owed ?? [])];
  }

  /** What an earlier run left, by the newest plan: it is this run's to make, and to hand on if it cannot. */
  inherits(owed: Definition[] | undefined): void {
    const { definitions: own = [], owed: before = [] } = this.view;
    if (owed) this.view.owed = [...before.filter((one) => own.includes(one)), ...owed];
  }

  madeAgain(recreated: Recreated[]): void {
    this.recreated.push(...recreated);
    this.view.owed = stillOwed(this.view.owed ?? [], recreated);
  }

  /** Says that a cancellation waits for all of what is done in `work`. */
  async inOnePiece<T>(work: () => Promise<T>): Promise<T> {
    this.view.inOnePiece = true;
    try {
      return await CancellationScope.nonCancellable(work);
    } finally {
      this.view.inOnePiece = false;
    }
  }

  waitingFor(approvals: RunView['waitingFor']): void {
    this.view.waitingFor = approvals;
    this.show();
  }

  snapshot(progress: SnapshotProgress): void {
    this.view.snapshot = progress;
    this.show();
  }

  /**
   * Runs one step to the end of the attempt under way: a cancellation that arrives meanwhile takes effect before the next
   * attempt or step, so that nothing is left half made and nothing is tried for ever.
   */
  async step(id: StepId, work: (step: StepView) => Promise<StepResult>): Promise<void> {
    const step = this.view.steps.find((candidate) => candidate.id === id);
    if (!step) return;
    this.begin(step);
    try {
      this.end(step, await untilAttemptEnds(() => work(step)));
    } catch (error) {
      const stopped = isStopped(error);
      this.fail(step, stopped ? new CancelledFailure('stopped') : error);
      throw stopped ? new CancelledFailure(`cancelled at ${step.object}`) : error;
    }
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure(`cancelled after ${step.object}`);
  }

  /** As `step`, for a wait that may be cut short because it changes nothing. */
  async wait(id: StepId, work: (step: StepView) => Promise<StepResult>): Promise<void> {
    const step = this.view.steps.find((candidate) => candidate.id === id);
    if (!step) return;
    this.begin(step);
    try {
      this.end(step, await work(step));
    } catch (error) {
      if (error instanceof ContinueAsNew) throw error;
      this.fail(step, isStopped(error) ? new CancelledFailure('stopped') : error);
      throw error;
    }
  }

  /** What a new run has to know to tell the whole story; the rest it finds. */
  told(): RunBefore {
    const { startedAt, steps, snapshot, definitions = [] } = this.view;
    const done = steps.filter(({ startedAt: began, state }) => began !== null && state === 'done');
    // Another plan may have the tables in another order.
    const seen = snapshot && { ...snapshot, all: undefined, partial: true as const };
    return { startedAt, steps: done, snapshot: seen, definitions, recreated: this.recreated };
  }

  failed(failure: FailureInfo): void {
    this.view.failure = failure;
    this.phase('failed');
  }

  private begin(step: StepView): void {
    log.info(step.sentence, { step: step.id, object: step.object });
    step.state = 'running';
    step.startedAt = now();
    this.show();
  }

  private end(step: StepView, result: StepResult): void {
    Object.assign(step, {
      state: 'done',
      endedAt: now(),
      outcome: result.outcome,
      object: result.object,
      sentence: result.sentence,
    });
    this.show();
  }

  private fail(step: StepView, error: unknown): void {
    step.state = isCancellation(error) ? 'pending' : 'failed';
    step.endedAt = now();
    if (step.state === 'failed') step.sentence = rootCause(error) ?? step.sentence;
    this.show();
  }

  private show(): void {
    setCurrentDetails(renderRunDetails(this.view));
  }
}

/**
 * Asks the server to give up what is tried again: it ends an activity at once while none of its attempts runs, and
 * otherwise with the attempt, which the worker does not cut short (src/activities/edges/cut-short.ts). A scope that is shielded
 * around several steps stays so.
 */
function untilAttemptEnds<T>(work: () => Promise<T>): Promise<T> {
  const outer = CancellationScope.current();
  return CancellationScope.nonCancellable(async () => {
    const attempts = new CancellationScope();
    let over = false;
    outer.cancelRequested.catch(() => {
      // Runs that were cancelled under an earlier version retried on.
      if (!over && outer.consideredCancelled && patched('cancel-between-attempts')) attempts.cancel();
    });
    try {
      return await attempts.run(work);
    } finally {
      over = true;
    }
  });
}

/** No attempt came after the one that failed, because somebody asked to stop; what is permanent is told all the same. */
export function isStopped(error: unknown): boolean {
  if (!CancellationScope.current().consideredCancelled || !(error instanceof ActivityFailure)) return false;
  if (isCancellation(error)) return true;
  const permanent = error.cause instanceof ApplicationFailure && error.cause.nonRetryable;
  return error.retryState === 'CANCEL_REQUESTED' && !permanent;
}

/** The failure an activity reported, as the failures edge put it into the details. */
export function failureOf(error: unknown): FailureInfo {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const info = cause.details?.[0] as FailureInfo | undefined;
    if (info?.type) return info;
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return { type: 'Unexpected', system: 'worker', message, code: null, retryable: false, hint: null };
}

function pending(step: PlanStep): StepView {
  const settled = step.action === 'keep' || step.action === 'adopt';
  return {
    id: step.id,
    object: step.object,
    action: step.action,
    state: settled ? 'done' : 'pending',
    outcome: step.action === 'keep' ? 'kept' : step.action === 'adopt' ? 'adopted' : null,
    sentence: step.sentence,
    startedAt: null,
    endedAt: null,
  };
}

/** Workflow time: the sandbox's clock is the history's. */
function now(): string {
  return new Date().toISOString();
}
