import { setTimeout as delay } from 'node:timers/promises';
import { runId } from '../../core/names';
import type { Approval } from '../../core/plan/types';
import { CliError, EXIT } from '../exit';
import { appendedLines, type Told } from '../render/lines';
import { keptLines } from '../render/repair';
import { renderRun } from '../render/run';
import type { Output } from '../terminal/output';
import { Screen } from '../terminal/screen';
import type { Temporal } from './client';
import { failed, failureInfo } from './failures';
import { type LiveRun, readRun } from './read-run';

export type FollowEnd<R> = { end: 'done'; report: R } | { end: 'detached' } | { end: 'waiting'; for: Approval[] };

export interface FollowOptions {
  pipeline: string;
  /** Of the execution that is followed, not of whatever comes after it. */
  execution: string;
  /** Called when the run waits; true: it was answered, go on. */
  answer(approvals: Approval[]): Promise<boolean>;
  /** What to do after a failure. */
  again: string;
}

/** Twice a second looks live; each look is two cheap calls. Plain lines need no more than one a second. */
const LOOK_EVERY = { live: 500, plain: 1000 };

/** Follows a run to its end. Ctrl-C detaches: the run is the worker's and goes on. */
export async function follow<R>(temporal: Temporal, output: Output, options: FollowOptions): Promise<FollowEnd<R>> {
  const { pipeline, execution } = options;
  const handle = temporal.client.workflow.getHandle(runId(pipeline), execution, { followRuns: false });
  // The server holds an open question for twenty seconds, and the process would stay as long.
  const leave = new AbortController();
  const ended = temporal.connection
    .withAbortSignal(leave.signal, () => handle.result())
    .then(
      (report: R) => ({ report }),
      (error: unknown) => ({ error }),
    );
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
      const end = await Promise.race([ended, pause(output.live ? LOOK_EVERY.live : LOOK_EVERY.plain, detach.signal)]);
      if (detach.signal.aborted) return { end: 'detached' };
      if (end) {
        const last = await readRun(temporal, pipeline, execution);
        if (last) view.show(last);
        if ('error' in end && last?.view) output.tell(...keptLines(last.view, output.story));
        return finish(end, options);
      }
    }
  } finally {
    leave.abort();
    view.leave();
    process.removeListener('SIGINT', onInterrupt);
  }
}

function finish<R>(end: { report: R } | { error: unknown }, { pipeline, again }: FollowOptions): FollowEnd<R> {
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
  throw failed(info, `the run of ${pipeline} failed`, again);
}

async function pause(ms: number, signal: AbortSignal): Promise<null> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
  return null;
}

/** Redrawn in place, on terminals. */
class LiveView {
  private readonly screen: Screen;

  constructor(private readonly output: Output) {
    this.screen = new Screen(process.stderr, output.story);
  }

  show(live: LiveRun): void {
    const options = { width: this.output.width, paint: this.output.story, now: new Date().toISOString() };
    this.screen.draw(live.view ? renderRun(live.view, live.retries, options) : noWorker(live));
  }

  leave(): void {
    this.screen.leave();
  }
}

/** Appended lines, each thing once. */
class PlainView {
  private told: Told | null = null;
  private trouble: string | null = null;

  constructor(private readonly output: Output) {}

  show(live: LiveRun): void {
    if (!live.view) return this.troubled(live);
    const { lines, told } = appendedLines(this.told, live.view, live.retries);
    this.told = told;
    this.output.tell(...lines);
  }

  private troubled({ retries: [trouble] }: LiveRun): void {
    if (trouble === undefined || trouble.message === this.trouble) return;
    this.trouble = trouble.message;
    this.output.tell(`${trouble.activity} tries again: ${trouble.message}`);
  }

  leave(): void {
    // Nothing is drawn that could be drawn over.
  }
}

function noWorker(live: LiveRun): string[] {
  const [trouble] = live.retries;
  const why = trouble ? `${trouble.activity} tries again: ${trouble.message}` : 'the run waits for one';
  return [`${live.workflowType} since ${live.startedAt}: no worker answers; ${why}`];
}
