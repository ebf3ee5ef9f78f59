import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowContinuedAsNewError } from '@temporalio/client';
import { runId } from '../../core/names';
import type { Approval } from '../../core/plan/types';
import { failureError, failureInfo } from './failures';
import { CliError, EXIT } from '../exit';
import type { Output } from '../terminal/output';
import { LiveRegion } from '../terminal/live-region';
import { appendedLines, type Printed } from '../render/log-lines';
import { lostDefinitionLines } from '../render/repair';
import { renderRun } from '../render/run';
import { readRun, type LiveRun } from './read-run';
import type { Temporal } from './client';

export type FollowEnd<R> = { end: 'done'; report: R } | { end: 'detached' } | { end: 'waiting'; for: Approval[] };

export interface FollowOptions {
  pipeline: string;
  /** Of the execution that is followed, not of whatever comes after it. */
  execution: string;
  /** Called when the run waits; true: it was answered, go on. */
  answer(approvals: Approval[]): Promise<boolean>;
  /** What to do after a failure. */
  next: string;
}

/** Twice a second looks live; each look is two cheap calls. Plain lines need no more than one a second. */
const POLL_INTERVAL = { live: 500, plain: 1000 };

/** Follows a run to its end. Ctrl-C detaches: the run is the worker's and goes on. */
export async function followRun<R>(temporal: Temporal, output: Output, options: FollowOptions): Promise<FollowEnd<R>> {
  const { pipeline } = options;
  let { execution } = options;
  // The server holds an open question for twenty seconds, and the process would stay as long.
  const stopWaiting = new AbortController();
  const endOf = (run: string): Promise<{ report: R } | { error: unknown }> => {
    const handle = temporal.client.workflow.getHandle(runId(pipeline), run, { followRuns: false });
    return temporal.connection
      .withAbortSignal(stopWaiting.signal, () => handle.result())
      .then(
        (report: R) => ({ report }),
        (error: unknown) => ({ error }),
      );
  };
  let ended = endOf(execution);
  const detach = new AbortController();
  const onInterrupt = () => detach.abort();
  process.once('SIGINT', onInterrupt);
  const view = output.live ? new LiveView(output) : new PlainView(output);
  try {
    for (;;) {
      const live = await readRun(temporal, pipeline, execution);
      if (live) view.show(live);
      const waiting = live?.status === 'RUNNING' ? (live.view?.waitingFor ?? []) : [];
      if (waiting.length > 0) {
        view.leave();
        if (!(await options.answer(waiting))) return { end: 'waiting', for: waiting };
      }
      const end = await Promise.race([
        ended,
        pause(output.live ? POLL_INTERVAL.live : POLL_INTERVAL.plain, detach.signal),
      ]);
      if (detach.signal.aborted) return { end: 'detached' };
      if (end && 'error' in end && end.error instanceof WorkflowContinuedAsNewError) {
        // Its history had grown long; it is the same run to people.
        execution = end.error.newExecutionRunId;
        ended = endOf(execution);
        continue;
      }
      if (end) {
        const last = await readRun(temporal, pipeline, execution);
        if (last) view.show(last);
        if ('error' in end && last?.view) output.log(...lostDefinitionLines(last.view, output.stderrPaint));
        return finish(end, options);
      }
    }
  } finally {
    stopWaiting.abort();
    view.leave();
    process.removeListener('SIGINT', onInterrupt);
  }
}

function finish<R>(end: { report: R } | { error: unknown }, { pipeline, next }: FollowOptions): FollowEnd<R> {
  if ('report' in end) return { end: 'done', report: end.report };
  const info = failureInfo(end.error);
  if (info === null) throw end.error;
  if (info.message === 'the run was cancelled') {
    throw new CliError(
      `the run of ${pipeline} was cancelled; what it made so far exists`,
      EXIT.failed,
      `n2m status ${pipeline}`,
    );
  }
  throw failureError(info, `the run of ${pipeline} failed`, next);
}

async function pause(ms: number, signal: AbortSignal): Promise<null> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
  return null;
}

/** Redrawn in place, on terminals. */
class LiveView {
  private readonly screen: LiveRegion;

  constructor(private readonly output: Output) {
    this.screen = new LiveRegion(process.stderr, output.stderrPaint);
  }

  show(live: LiveRun): void {
    const options = { width: this.output.stderrWidth, paint: this.output.stderrPaint, now: new Date().toISOString() };
    this.screen.draw(live.view ? renderRun(live.view, live.retries, options) : noWorker(live));
  }

  leave(): void {
    this.screen.done();
  }
}

/** Appended lines, each thing once. */
class PlainView {
  private previous: Printed | null = null;
  private lastProblem: string | null = null;

  constructor(private readonly output: Output) {}

  show(live: LiveRun): void {
    if (!live.view) return this.showProblem(live);
    const { lines, printed } = appendedLines(this.previous, live.view, live.retries, live.workflowType);
    this.previous = printed;
    this.output.log(...lines);
  }

  private showProblem({ retries: [problem] }: LiveRun): void {
    if (problem === undefined || problem.message === this.lastProblem) return;
    this.lastProblem = problem.message;
    this.output.log(`${problem.activity} tries again: ${problem.message}`);
  }

  leave(): void {
    // Nothing is drawn that could be drawn over.
  }
}

function noWorker(live: LiveRun): string[] {
  const [problem] = live.retries;
  const why = problem ? `${problem.activity} tries again: ${problem.message}` : 'the run waits for one';
  return [`${live.workflowType} since ${live.startedAt}: no worker answers; ${why}`];
}
