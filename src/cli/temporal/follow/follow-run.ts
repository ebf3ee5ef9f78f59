import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowContinuedAsNewError } from '@temporalio/client';
import { runId } from '../../../core/names';
import type { Approval } from '../../../core/plan/types';
import { CliError, EXIT } from '../../exit';
import { lostDefinitionLines } from '../../render/repair';
import type { Output } from '../../terminal/output';
import { stopForMany, withDeadline, type Temporal } from '../client';
import { failureError, failureInfo } from '../failures';
import { lookAtRun, type RunLook } from '../read-run';
import { NewEvents } from './new-events';
import { SeenViews } from './seen-views';
import { viewOf } from './views';

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

/** At most so often: what happens meanwhile is one look. */
const GAP = { live: 500, plain: 1000 };
/** Heartbeats and attempts make no events; without any, a look now and then tells that the worker is gone. */
const LOOK_AGAIN = { busy: 2_000, waiting: 30_000 };

/**
 * Follows a run to its end: looks when its history has grown, and in between at the heartbeats, neither of which
 * Temporal Cloud bills. Ctrl-C detaches: the run is the worker's and goes on.
 */
export async function followRun<R>(temporal: Temporal, output: Output, options: FollowOptions): Promise<FollowEnd<R>> {
  const { pipeline } = options;
  const detach = stopForMany();
  const open = (execution: string) => ({
    execution,
    events: new NewEvents(temporal, { workflowId: runId(pipeline), runId: execution }, detach.signal),
    views: new SeenViews(),
  });
  let run = open(options.execution);
  const onInterrupt = () => detach.abort();
  process.once('SIGINT', onInterrupt);
  const view = viewOf(output);
  try {
    while (!detach.signal.aborted) {
      const look = await lookAtRun(temporal, pipeline, run.execution, run.views);
      if (look) view.show(look.live);
      if (look && look.live.status !== 'RUNNING') {
        const end = await endOf<R>(temporal, pipeline, run.execution);
        if ('report' in end || !(end.error instanceof WorkflowContinuedAsNewError)) {
          if ('error' in end && look.live.view) output.log(...lostDefinitionLines(look.live.view, output.stderrPaint));
          return finish(end, options);
        }
        // Its history had grown long; it is the same run to people.
        run = open(end.error.newExecutionRunId);
        continue;
      }
      const waiting = look?.live.view?.waitingFor ?? [];
      if (waiting.length > 0) {
        view.leave();
        if (!(await options.answer(waiting))) return { end: 'waiting', for: waiting };
      }
      await nextLook(run.events, look, output.live, detach.signal);
    }
    return { end: 'detached' };
  } finally {
    // The server holds an open question for twenty seconds, and the process would stay as long.
    detach.abort();
    view.leave();
    process.removeListener('SIGINT', onInterrupt);
  }
}

function endOf<R>(
  temporal: Temporal,
  pipeline: string,
  execution: string,
): Promise<{ report: R } | { error: unknown }> {
  const handle = temporal.client.workflow.getHandle(runId(pipeline), execution, { followRuns: false });
  return withDeadline(temporal, () => handle.result()).then(
    (report: R) => ({ report }),
    (error: unknown) => ({ error }),
  );
}

/** Until there is something new to see, or might be. */
async function nextLook(events: NewEvents, look: RunLook | null, live: boolean, signal: AbortSignal): Promise<null> {
  const wake = new AbortController();
  const stop = AbortSignal.any([signal, wake.signal]);
  const grown = events.past(look?.length ?? 0).then(() => pause(live ? GAP.live : GAP.plain, stop));
  await Promise.race([events.ended, grown, pause(look?.busy === false ? LOOK_AGAIN.waiting : LOOK_AGAIN.busy, stop)]);
  wake.abort();
  return null;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
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
