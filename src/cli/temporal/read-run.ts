import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow';
import { CodecError } from '../../codec/keys';
import { runId } from '../../core/names';
import type { Adding, RunView } from '../../core/run/types';
import type { SnapshotProgress } from '../../core/snapshot/types';
import { formatCount, plural } from '../../core/text/count';
import { CliError, EXIT } from '../exit';
import { withDeadline, type Temporal } from './client';
import { SeenViews } from './follow/seen-views';

/** What failed and is tried again: why a run that looks busy does not get on. */
export interface Retry {
  /** The activity's type, or `the worker` where it cannot take the run up at all. */
  activity: string;
  attempt: number;
  message: string;
  nextAt: string | null;
}

/** What a run says about itself right now. */
export interface LiveRun {
  workflowType: string;
  runId: string;
  status: WorkflowExecutionDescription['status']['name'];
  startedAt: string;
  /** Null while no worker answers. */
  view: RunView | null;
  retries: Retry[];
}

/** The run that holds or last held the pipeline's lock; null when there never was one. */
export async function describeRun(temporal: Temporal, pipeline: string): Promise<WorkflowExecutionDescription | null> {
  try {
    return await withDeadline(temporal, () => temporal.client.workflow.getHandle(runId(pipeline)).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** The run under way, if there is one; what works on the pipeline and is of another type is thrown as an error. */
export async function runUnderWay(
  temporal: Temporal,
  pipeline: string,
  type: string,
): Promise<WorkflowExecutionDescription | null> {
  const run = await describeRun(temporal, pipeline);
  if (run?.status.name !== 'RUNNING') return null;
  if (run.type === type) return run;
  throw new CliError(
    `${run.type} of ${pipeline} is under way since ${run.startTime.toISOString()}; one run at a time works on a pipeline`,
    EXIT.failed,
    `n2m status ${pipeline}; n2m cancel ${pipeline} ends it`,
  );
}

/** A look at a run, and what tells when another is worth it. */
export interface RunLook {
  live: LiveRun;
  /** Events in its history at least. */
  length: number;
  /** Something is under way whose heartbeats and attempts make no events. */
  busy: boolean;
}

/** The run's own view with the newer numbers of the pending wait's heartbeat. */
export async function readRun(
  temporal: Temporal,
  pipeline: string,
  id?: string,
  views?: SeenViews,
): Promise<LiveRun | null> {
  return (await lookAtRun(temporal, pipeline, id, views))?.live ?? null;
}

/** As `readRun`, for whoever looks again: with the same `views` only what is new is asked for. */
export async function lookAtRun(
  temporal: Temporal,
  pipeline: string,
  id?: string,
  views = new SeenViews(),
): Promise<RunLook | null> {
  const handle = temporal.client.workflow.getHandle(runId(pipeline), id);
  let description: WorkflowExecutionDescription;
  try {
    description = await withDeadline(temporal, () => handle.describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
  const view = await views.view(temporal, handle, description);
  const heartbeat = await snapshotHeartbeat(temporal, description);
  const { pendingActivities, pendingWorkflowTask } = description.raw;
  return {
    live: {
      workflowType: description.type,
      runId: description.runId,
      status: description.status.name,
      startedAt: description.startTime.toISOString(),
      view: view && withAdding(withHeartbeat(view, heartbeat), await told(temporal, description, 'ensureSource')),
      retries: await retries(temporal, description),
    },
    length: description.historyLength,
    busy: (pendingActivities?.length ?? 0) > 0 || pendingWorkflowTask != null,
  };
}

export function withHeartbeat(view: RunView, heartbeat: SnapshotProgress | null): RunView {
  if (heartbeat === null) return view;
  if (view.snapshot !== null && view.snapshot.observedAt >= heartbeat.observedAt) return view;
  return { ...view, snapshot: heartbeat };
}

/** How far the source is with tables that are added, in its step's sentence. */
export function withAdding(view: RunView, details: unknown): RunView {
  const { adding, of } = (details ?? {}) as Partial<Adding>;
  if (typeof of !== 'number') return view;
  const far =
    typeof adding === 'number' ? `at table ${formatCount(adding)} of ${formatCount(of)}` : plural(of, 'table');
  const steps = view.steps.map((step) =>
    step.id === 'source' && step.state === 'running' ? { ...step, sentence: `${far}: ${step.sentence}` } : step,
  );
  return { ...view, steps };
}

async function snapshotHeartbeat(
  temporal: Temporal,
  description: WorkflowExecutionDescription,
): Promise<SnapshotProgress | null> {
  const progress = await told(temporal, description, 'awaitSnapshot');
  return isProgress(progress) ? progress : null;
}

/** The newest heartbeat of an activity that is under way; null where there is none. */
async function told(temporal: Temporal, description: WorkflowExecutionDescription, activity: string): Promise<unknown> {
  const pending = description.raw.pendingActivities ?? [];
  const payloads = pending.find(({ activityType }) => activityType?.name === activity)?.heartbeatDetails?.payloads;
  if (!payloads?.length) return null;
  const [details] = await decodeArrayFromPayloads(temporal.client.options.loadedDataConverter, payloads);
  return details;
}

function isProgress(value: unknown): value is SnapshotProgress {
  if (typeof value !== 'object' || value === null) return false;
  const { tables, observedAt } = value as Partial<SnapshotProgress>;
  return Array.isArray(tables) && typeof observedAt === 'string';
}

/** A task may fail while its worker is replaced; what fails more often does so for a reason, and keys do so at once. */
const MAX_TASK_ATTEMPTS = 2;

/** Why no worker can take a run up, e.g. because it cannot decrypt what it reads; null where that is not so. */
export async function workflowTaskFailure(
  temporal: Temporal,
  description: WorkflowExecutionDescription,
): Promise<Retry | null> {
  const attempt = description.raw.pendingWorkflowTask?.attempt ?? 1;
  if (attempt === 1) return null;
  const { workflowId, runId } = description;
  const { history } = await withDeadline(temporal, () =>
    temporal.connection.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: temporal.namespace,
      execution: { workflowId, runId },
      maximumPageSize: 10,
    }),
  );
  const failure = history?.events?.find(({ workflowTaskFailedEventAttributes: failed }) => failed)
    ?.workflowTaskFailedEventAttributes?.failure;
  // Tasks also time out, when their worker was killed: the next one may do better.
  const error = await decodeOptionalFailureToOptionalError(temporal.client.options.loadedDataConverter, failure);
  if (!error || (attempt <= MAX_TASK_ATTEMPTS && !CodecError.fromText(error.message))) return null;
  return { activity: 'the worker', attempt, message: error.message, nextAt: null };
}

async function retries(temporal: Temporal, description: WorkflowExecutionDescription): Promise<Retry[]> {
  const taskFailure = await workflowTaskFailure(temporal, description);
  const failing = (description.raw.pendingActivities ?? []).filter(
    ({ lastFailure, attempt }) => lastFailure && (attempt ?? 1) > 1,
  );
  const { loadedDataConverter } = temporal.client.options;
  const activities = await Promise.all(
    failing.map(async (activity) => {
      // Through the converter: with a codec the message in clear is only `Encoded failure`.
      const error = await decodeOptionalFailureToOptionalError(loadedDataConverter, activity.lastFailure);
      const next = activity.nextAttemptScheduleTime?.seconds;
      return {
        activity: activity.activityType?.name ?? 'activity',
        attempt: activity.attempt ?? 1,
        message: error?.message ?? 'failed',
        nextAt: next ? new Date(Number(next) * 1000).toISOString() : null,
      };
    }),
  );
  return taskFailure ? [taskFailure, ...activities] : activities;
}
