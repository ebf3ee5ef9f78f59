import { runId } from '../../core/names';
import { commandOf } from '../../core/run/run-alerts';
import { lateness } from '../../core/watch/lateness';
import type { CheckResult, Symptom } from '../../core/watch/types';
import { CliError, EXIT } from '../exit';
import { failureInfo } from './failures';
import {
  statusOfCheck,
  statusOfRun,
  statusWithoutCheck,
  withFailure,
  withOwed,
  type FailedRun,
  type StatusDocument,
  type WatchState,
} from '../render/status-document';
import type { SeenViews } from './follow/seen-views';
import { readRun, type LiveRun } from './read-run';
import { workerPolls, type Temporal } from './client';
import { lastCheck, checkNow, readWatch, type Watch } from './watch';

export interface StatusRead {
  onlyLast: boolean;
  full: boolean;
  /** Of whoever looks again and again. */
  views: SeenViews;
  /** Gives up waiting for a look, which is cancelled. */
  signal?: AbortSignal;
}

/** Everything `n2m status` says: the run where one is under way, else a look at both sides, else the last one. */
export async function readStatus(
  temporal: Temporal,
  pipeline: string,
  { onlyLast, full, views, signal }: StatusRead,
): Promise<StatusDocument> {
  const [run, [watch, last], worker] = await Promise.all([
    readRun(temporal, pipeline, undefined, views),
    readWatch(temporal, pipeline).then(async (watch) => [watch, watch && (await lastCheck(temporal, watch))] as const),
    workerPolls(temporal),
  ]);
  if (run === null && watch === null) {
    throw new CliError(
      `there is no pipeline ${pipeline} in namespace ${temporal.namespace} of ${temporal.address}`,
      EXIT.usage,
      'n2m list shows what there is; n2m apply FILE starts one',
    );
  }
  const failed =
    run === null || ['RUNNING', 'COMPLETED'].includes(run.status) ? null : await failureOf(temporal, pipeline, run);
  const found = (status: StatusDocument, look: CheckResult | null = null) =>
    withFailure(withOwed(status, run, look), failed);
  const state = watch && stateOf(watch);
  if (run?.status === 'RUNNING') return found(statusOfRun(pipeline, run, last, state, worker));
  if (watch === null || watch.spec === null) {
    return found(
      statusWithoutCheck(pipeline, failed ? { kind: 'failed', ...failed } : { kind: 'unwatched' }, last, state),
    );
  }
  if (onlyLast) {
    if (last === null) return found(statusWithoutCheck(pipeline, { kind: 'no-check-yet' }, null, state));
    return found(statusOfCheck(last, state, lateBy(watch, last)));
  }
  const look = { memory: last?.memory ?? null, tables: full ? ('all' as const) : ('first' as const), signal };
  const check = worker ? await checkNow(temporal, watch.spec, look) : null;
  // The look knows when the schedule's last check was, and says itself that none was since.
  if (check) return found(statusOfCheck(check, state, null), check);
  const late = last && lateBy(watch, last);
  return found(statusWithoutCheck(pipeline, { kind: 'no-worker', late }, last, state));
}

function lateBy(watch: Watch, last: CheckResult): Symptom | null {
  const every = watch.spec?.watch.every;
  return every === undefined ? null : lateness(last.checkedAt, every, new Date().toISOString(), watch);
}

function stateOf(watch: Watch): WatchState {
  return { paused: watch.paused, note: watch.note, every: watch.spec?.watch.every ?? null };
}

async function failureOf(temporal: Temporal, pipeline: string, run: LiveRun): Promise<FailedRun | null> {
  try {
    await temporal.client.workflow.getHandle(runId(pipeline), run.runId, { followRuns: false }).result();
    return null;
  } catch (error) {
    const failure = failureInfo(error);
    if (failure === null) throw error;
    return { command: commandOf(run.workflowType), failure };
  }
}
