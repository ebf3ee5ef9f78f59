import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleClient,
  type ScheduleDescription,
  type ScheduleOptions,
} from '@temporalio/client';
import { TypedSearchAttributes, defineSearchAttributeKey } from '@temporalio/common';
import { encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { checkId, SEARCH_ATTRIBUTES, watchId } from '../../core/names';
import type { WatchFacts } from '../../core/plan/facts';
import { aboutWorkflow } from '../../core/run/about';
import type { CheckInput } from '../../core/run/types';
import type { PipelineSpec } from '../../core/spec/types';
import { formatDuration } from '../../core/text/duration';
import { encryptionKeyOf } from '../../codec/codec';
import { APPLY, activity } from '../support/activity';
import { done } from '../support/ensure';
import { step } from '../support/inputs';

/** Milliseconds. A check missed for longer than this is not caught up: the next reading says more than an old one. */
const CATCH_UP = 10_000;
/** A check ends by its own deadlines long before. */
const RUN_TIMEOUT = 10 * 60_000;

const pipelineAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.pipeline, 'KEYWORD');

/** The schedule `pipeline/<name>/watch` as the file wants it. */
export function watchOptions(spec: PipelineSpec, taskQueue: string): ScheduleOptions {
  const attributes = new TypedSearchAttributes([{ key: pipelineAttribute, value: spec.name }]);
  const input: CheckInput = { spec };
  return {
    scheduleId: watchId(spec.name),
    spec: { intervals: [{ every: spec.watch.every, offset: spread(spec.name, spec.watch.every) }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP, pauseOnFailure: false },
    action: {
      type: 'startWorkflow',
      workflowType: 'checkReplication',
      workflowId: checkId(spec.name),
      taskQueue,
      args: [input],
      workflowRunTimeout: RUN_TIMEOUT,
      typedSearchAttributes: attributes,
      staticSummary: `is ${spec.name} healthy?`,
      staticDetails: aboutWorkflow('checkReplication', spec.name),
    },
    typedSearchAttributes: attributes,
  };
}

/** Reads the schedule; only Temporal's own "not found" means absent. */
export async function readWatch(schedules: ScheduleClient, spec: PipelineSpec, taskQueue: string): Promise<WatchFacts> {
  const described = await describe(schedules, spec.name);
  if (!described) return { exists: false, paused: false, current: false };
  return {
    exists: true,
    paused: described.state.paused,
    current: await current(schedules, described, spec, taskQueue),
  };
}

/** Creates the schedule or makes it what the file says; a pause and its reason survive. */
export const ensureWatch = activity(
  { input: step, callers: APPLY },
  async ({ schedules, taskQueue }, { spec, planned }) => {
    const object = `schedule ${watchId(spec.name)}`;
    const wanted = watchOptions(spec, taskQueue);
    const sentence = `checks ${spec.name} every ${formatDuration(spec.watch.every)}`;
    const described = await describe(schedules, spec.name);
    // Planned as `create` and there: made by an attempt whose answer was lost.
    const made = planned === 'create' ? 'created' : 'changed';
    if (described) {
      if (!(await current(schedules, described, spec, taskQueue))) await update(schedules, wanted);
      return done(made, object, sentence);
    }
    try {
      await schedules.create(wanted);
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      await update(schedules, wanted);
    }
    return done('created', object, sentence);
  },
);

async function update(schedules: ScheduleClient, wanted: ScheduleOptions): Promise<void> {
  const { spec, policies, action, typedSearchAttributes } = wanted;
  await schedules.getHandle(wanted.scheduleId).update((previous) => ({
    spec,
    policies,
    action: { ...action, workflowType: 'checkReplication' },
    // Left out, it would be replaced: a paused watch would run again without anybody saying so.
    state: previous.state,
    typedSearchAttributes,
  }));
}

async function describe(schedules: ScheduleClient, pipeline: string): Promise<ScheduleDescription | null> {
  try {
    return await schedules.getHandle(watchId(pipeline)).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

/** What the file says, written as this worker would write it now: a codec's retired key must not be needed for ever. */
async function current(
  schedules: ScheduleClient,
  described: ScheduleDescription,
  spec: PipelineSpec,
  taskQueue: string,
): Promise<boolean> {
  const now = (await encodeToPayloads(schedules.options.loadedDataConverter, null))?.[0];
  const [then] = described.raw.schedule?.action?.startWorkflow?.input?.payloads ?? [];
  return encryptionKeyOf(now) === encryptionKeyOf(then) && matches(described, spec, taskQueue);
}

/** Everything that decides when a check comes and what it does; what people read in Temporal's UI is theirs to change. */
function matches(described: ScheduleDescription, spec: PipelineSpec, taskQueue: string): boolean {
  const { action, policies, spec: when } = described;
  if (action.type !== 'startWorkflow') return false;
  const found = {
    intervals: when.intervals?.map(({ every, offset }) => ({ every, offset: offset ?? 0 })) ?? [],
    otherTimes: (when.calendars ?? []).length + (when.skip ?? []).length,
    bounds: [when.startAt, when.endAt].filter((at) => at !== undefined).length,
    jitter: when.jitter ?? 0,
    overlap: policies.overlap,
    catchUp: policies.catchupWindow,
    pauseOnFailure: policies.pauseOnFailure,
    workflowType: action.workflowType,
    workflowId: action.workflowId,
    taskQueue: action.taskQueue,
    runTimeout: action.workflowRunTimeout,
    otherTimeouts: [action.workflowExecutionTimeout ?? 0, action.retry?.maximumAttempts ?? 0],
    args: action.args,
  };
  const wanted: typeof found = {
    intervals: [{ every: spec.watch.every, offset: spread(spec.name, spec.watch.every) }],
    otherTimes: 0,
    bounds: 0,
    jitter: 0,
    overlap: ScheduleOverlapPolicy.SKIP,
    catchUp: CATCH_UP,
    pauseOnFailure: false,
    workflowType: 'checkReplication',
    workflowId: checkId(spec.name),
    taskQueue,
    runTimeout: RUN_TIMEOUT,
    otherTimeouts: [0, 0],
    args: [{ spec } satisfies CheckInput],
  };
  return canonical(found) === canonical(wanted);
}

/** JSON with sorted keys: payload codecs and YAML do not promise an order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a.localeCompare(b)))
      : inner,
  );
}

/** Pipelines start at different moments of the period, always the same for one name. */
export function spread(name: string, every: number): number {
  let hash = 2166136261;
  for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619) >>> 0;
  const seconds = Math.max(1, Math.floor(every / 1000));
  return (hash % seconds) * 1000;
}
