import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ScheduleNotFoundError, WorkflowNotFoundError, type ScheduleDescription } from '@temporalio/client';
import { lookId, verifyScheduleId, watchId } from '../../core/names';
import { aboutWorkflow } from '../../core/run/about';
import type { CheckInput } from '../../core/run/types';
import type { PipelineSpec } from '../../core/spec/types';
import { switchNote } from '../../core/watch/lateness';
import { keptOfAnyVersion } from '../../core/watch/readings/kept';
import type { CheckResult, TablesNamed, WatchMemory, WatchSwitch } from '../../core/watch/types';
import { pipelineAttribute } from '../../workflows/messages';
import type { checkReplication } from '../../workflows';
import { CliError, EXIT } from '../exit';
import { failureError, failureInfo } from './failures';
import { awaitResult } from './await-result';
import { withDeadline, type Temporal } from './client';
import { currentUser } from './pending-approvals';

/** The schedule that watches a pipeline. */
export interface Watch extends WatchSwitch {
  /** Null where the schedule's action is none of ours. */
  spec: PipelineSpec | null;
  /** The last checks it started, newest first. */
  recent: { workflowId: string; runId: string; takenAt: string }[];
}

export async function readWatch(temporal: Temporal, pipeline: string): Promise<Watch | null> {
  let description: ScheduleDescription;
  try {
    description = await withDeadline(temporal, () => temporal.client.schedule.getHandle(watchId(pipeline)).describe());
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
  const input = description.action.args?.[0] as Partial<CheckInput> | undefined;
  return {
    paused: description.state.paused,
    note: description.state.note || null,
    changedAt: description.info.lastUpdatedAt?.toISOString() ?? null,
    spec: input?.spec ?? null,
    recent: description.info.recentActions
      .map(({ action, takenAt }) => ({
        workflowId: action.workflow.workflowId,
        runId: action.workflow.firstExecutionRunId,
        takenAt: takenAt.toISOString(),
      }))
      .reverse(),
  };
}

/** The newest completed check the schedule started; null when none is left to read. */
export async function lastCheck(temporal: Temporal, { recent }: Watch): Promise<CheckResult | null> {
  for (const { workflowId, runId } of recent) {
    const handle = temporal.client.workflow.getHandle<typeof checkReplication>(workflowId, runId);
    try {
      const { status } = await withDeadline(temporal, () => handle.describe());
      if (status.name !== 'COMPLETED') continue;
      const check = await withDeadline(temporal, () => handle.result());
      return { ...check, reading: keptOfAnyVersion(check.reading) };
    } catch (error) {
      // Older than the namespace's retention.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
  return null;
}

/** Two deadlines of half a minute each, and the activity's retries. */
const CHECK_TIMEOUT = 180_000;
/** A worker takes a task within moments; one that was killed is listed as polling for a minute and more. */
const PICKUP_TIMEOUT = 10_000;
/** Events before a worker took the first task: started, task scheduled. */
const EVENTS_BEFORE_PICKUP = 2;

/** One reading of both sides now; null when no worker takes it. Tells nobody: alerts stay the schedule's. */
export async function checkNow(
  temporal: Temporal,
  spec: PipelineSpec,
  { memory, tables, signal }: { memory: WatchMemory | null; tables: TablesNamed; signal?: AbortSignal | undefined },
): Promise<CheckResult | null> {
  const { workflow } = temporal.client;
  const done = new AbortController();
  try {
    const handle = await withDeadline(temporal, () =>
      workflow.start<typeof checkReplication>('checkReplication', {
        taskQueue: temporal.taskQueue,
        workflowId: lookId(spec.name, randomUUID()),
        args: [{ spec, memory, quiet: true, tables, owed: true }],
        workflowExecutionTimeout: CHECK_TIMEOUT,
        typedSearchAttributes: [{ key: pipelineAttribute, value: spec.name }],
        staticSummary: `look at ${spec.name} by hand`,
        staticDetails: aboutWorkflow('checkReplication', spec.name),
      }),
    );
    let givenUp = false;
    const result = awaitResult<CheckResult>(temporal, handle, signal).catch((error: unknown) => {
      if (givenUp) return null;
      throw error;
    });
    const notPickedUp = delay(PICKUP_TIMEOUT, undefined, { signal: done.signal }).then(async () => {
      const { historyLength } = await withDeadline(temporal, () => handle.describe());
      if (historyLength > EVENTS_BEFORE_PICKUP) return result;
      givenUp = true;
      await withDeadline(temporal, () => handle.terminate('no worker took the look'));
      return null;
    });
    return await Promise.race([result, notPickedUp]);
  } catch (error) {
    const info = failureInfo(error);
    throw info === null
      ? error
      : failureError(info, `${spec.name} could not be looked at`, `n2m status ${spec.name} --last`);
  } finally {
    done.abort();
  }
}

/** Pauses or resumes the scheduled checks, and with them the comparisons where the file wants any. */
export async function switchWatch(
  temporal: Temporal,
  pipeline: string,
  change: 'pause' | 'resume',
  reason: string,
): Promise<void> {
  const note = switchNote(`${change}d`, { who: currentUser(), at: new Date().toISOString(), reason });
  const exists = async (scheduleId: string): Promise<boolean> => {
    const handle = temporal.client.schedule.getHandle(scheduleId);
    try {
      await withDeadline(temporal, () => (change === 'pause' ? handle.pause(note) : handle.unpause(note)));
      return true;
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return false;
      throw error;
    }
  };
  if (!(await exists(watchId(pipeline)))) {
    throw new CliError(`nobody watches ${pipeline}: it has no schedule`, EXIT.usage, 'n2m list shows what is watched');
  }
  await exists(verifyScheduleId(pipeline));
}
