import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleClient,
  type ScheduleDescription,
  type ScheduleOptions,
} from '@temporalio/client';
import { encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { checkId, verifyScheduleId, watchId } from '../../core/names';
import type { WatchFacts } from '../../core/plan/facts';
import type { CheckInput } from '../../core/run/types';
import type { PipelineSpec } from '../../core/spec/types';
import { formatDuration } from '../../core/text/duration';
import { encryptionKeyOf } from '../../codec/codec';
import { stillActing } from '../edges/still-acting';
import { APPLY, activity } from '../support/activity';
import { done } from '../support/ensure';
import { step } from '../support/inputs';
import { scheduleOf } from '../support/schedules';
import { verifyOptions } from '../verify/schedule';

/** Milliseconds. A check missed for longer than this is not caught up: the next reading says more than an old one. */
const CATCH_UP = 10_000;
/** A check ends by its own deadlines long before. */
const RUN_TIMEOUT = 10 * 60_000;

/** The schedule `pipeline/<name>/watch` as the file wants it. */
export function watchOptions(spec: PipelineSpec, taskQueue: string): ScheduleOptions {
  const input: CheckInput = { spec };
  return scheduleOf(spec.name, taskQueue, {
    scheduleId: watchId(spec.name),
    workflowType: 'checkReplication',
    workflowId: checkId(spec.name),
    every: spec.watch.every,
    catchUp: CATCH_UP,
    runTimeout: RUN_TIMEOUT,
    input,
    summary: `is ${spec.name} healthy?`,
  });
}

/** Reads the schedule; only Temporal's own "not found" means absent. */
export async function readWatch(schedules: ScheduleClient, spec: PipelineSpec, taskQueue: string): Promise<WatchFacts> {
  const described = await describe(schedules, watchId(spec.name));
  if (!described) return { exists: false, paused: false, current: false };
  const asWanted = await current(schedules, described, watchOptions(spec, taskQueue));
  return {
    exists: true,
    paused: described.state.paused,
    current: asWanted && (await comparesAsWanted(schedules, spec, taskQueue)),
  };
}

/** Creates the schedule or makes it what the file says; a pause and its reason survive. */
export const ensureWatch = activity(
  { input: step, callers: APPLY },
  async ({ schedules, taskQueue }, { spec, planned }) => {
    const object = `schedule ${watchId(spec.name)}`;
    const wanted = watchOptions(spec, taskQueue);
    const compares = spec.verify ? `, compares both sides every ${formatDuration(spec.verify.every)}` : '';
    const sentence = `checks ${spec.name} every ${formatDuration(spec.watch.every)}${compares}`;
    const described = await describe(schedules, watchId(spec.name));
    await ensureComparisons(schedules, spec, taskQueue, described?.state ?? null);
    // Planned as `create` and there: made by an attempt whose answer was lost.
    const made = planned === 'create' ? 'created' : 'changed';
    if (described) {
      if (!(await current(schedules, described, wanted))) await update(schedules, wanted);
      return done(made, object, sentence);
    }
    await create(schedules, wanted);
    return done('created', object, sentence);
  },
);

async function create(schedules: ScheduleClient, wanted: ScheduleOptions): Promise<void> {
  await stillActing();
  try {
    await schedules.create(wanted);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await update(schedules, wanted);
  }
}

/** The schedule of comparisons, where the file wants one; none where it does not. A new one is paused where the watch is. */
async function ensureComparisons(
  schedules: ScheduleClient,
  spec: PipelineSpec,
  taskQueue: string,
  watch: ScheduleDescription['state'] | null,
): Promise<void> {
  const wanted = verifyOptions(spec, taskQueue);
  const described = await describe(schedules, verifyScheduleId(spec.name));
  if (wanted === null) {
    if (!described) return;
    await stillActing();
    await schedules.getHandle(verifyScheduleId(spec.name)).delete();
  } else if (!described) {
    await create(schedules, watch?.paused ? { ...wanted, state: { paused: true, note: watch.note } } : wanted);
  } else if (!(await current(schedules, described, wanted))) await update(schedules, wanted);
}

async function comparesAsWanted(schedules: ScheduleClient, spec: PipelineSpec, taskQueue: string): Promise<boolean> {
  const wanted = verifyOptions(spec, taskQueue);
  const described = await describe(schedules, verifyScheduleId(spec.name));
  if (wanted === null || described === null) return wanted === null && described === null;
  return current(schedules, described, wanted);
}

async function update(schedules: ScheduleClient, wanted: ScheduleOptions): Promise<void> {
  const { spec, policies, action, typedSearchAttributes } = wanted;
  await stillActing();
  await schedules.getHandle(wanted.scheduleId).update((previous) => ({
    spec,
    policies,
    action: { ...action, workflowType: action.workflowType as string },
    // Left out, it would be replaced: a paused watch would run again without anybody saying so.
    state: previous.state,
    typedSearchAttributes,
  }));
}

async function describe(schedules: ScheduleClient, id: string): Promise<ScheduleDescription | null> {
  try {
    return await schedules.getHandle(id).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

/** What the file says, written as this worker would write it now: a codec's retired key must not be needed for ever. */
async function current(
  schedules: ScheduleClient,
  described: ScheduleDescription,
  wanted: ScheduleOptions,
): Promise<boolean> {
  const now = (await encodeToPayloads(schedules.options.loadedDataConverter, null))?.[0];
  const [then] = described.raw.schedule?.action?.startWorkflow?.input?.payloads ?? [];
  return encryptionKeyOf(now) === encryptionKeyOf(then) && matches(described, wanted);
}

/** Everything that decides when a check comes and what it does; what people read in Temporal's UI is theirs to change. */
function matches(described: ScheduleDescription, options: ScheduleOptions): boolean {
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
    runTimeout: Number(action.workflowRunTimeout ?? 0),
    otherTimeouts: [action.workflowExecutionTimeout ?? 0, action.retry?.maximumAttempts ?? 0],
    args: action.args,
  };
  const { action: start, policies: rules } = options;
  const wanted: typeof found = {
    intervals: (options.spec.intervals ?? []).map(({ every, offset }) => ({
      every: Number(every),
      offset: Number(offset ?? 0),
    })),
    ...{ otherTimes: 0, bounds: 0, jitter: 0, otherTimeouts: [0, 0], pauseOnFailure: false },
    overlap: rules?.overlap ?? ScheduleOverlapPolicy.SKIP,
    catchUp: Number(rules?.catchupWindow),
    workflowType: start.workflowType as string,
    workflowId: start.workflowId ?? '',
    taskQueue: start.taskQueue,
    runTimeout: Number(start.workflowRunTimeout ?? 0),
    args: start.args,
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
