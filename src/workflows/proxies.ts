import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities, StepInput, WindowInput } from '../activities/types';
import { LOOKS, type Size, startToClose } from '../core/budgets';
import type { Timeouts } from '../core/objects/object';
import type { StepResult } from '../core/plan/types';

export type { StepInput, WindowInput };

/**
 * Retry groups. What is permanent arrives as a non-retryable failure (src/activities/edges/failures.ts), so every group may
 * retry for ever: a region in maintenance or a busy project ends a run only if a person says so.
 */

/** A killed worker is noticed after this long; activities send heartbeats several times as often. */
const HEARTBEAT = '10s';
/** What changes something is given up later: a worker that only stood still for a moment goes on with what it began. */
const PATIENT_HEARTBEAT = '30s';

const retry = { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' } as const;

/**
 * Reads and catalog writes: seconds. Three minutes leave room for both systems' own deadlines and one lookup after; what waits
 * for longer, or works on many tables, gets more: core/budgets.ts.
 */
const quick = {
  startToCloseTimeout: '3m',
  heartbeatTimeout: PATIENT_HEARTBEAT,
  retry,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

/** Calls that make somebody restart or connect elsewhere: Neon operations (its own budget is 5 min), validations, resizes. */
const slow = { ...quick, startToCloseTimeout: '20m' } as const;

/** The durable wait. One attempt window ends by itself after half an hour; the attempt is retried at an even pace. */
const wait = {
  ...quick,
  heartbeatTimeout: HEARTBEAT,
  startToCloseTimeout: '45m',
  retry: { initialInterval: '1s', backoffCoefficient: 1 },
} as const;

const groups = {
  quick: proxyActivities<Activities>(quick),
  slow: proxyActivities<Activities>(slow),
  wait: proxyActivities<Activities>(wait),
};

/** The activity of an object's step, with the timeouts that the object gives it, and the time that so many tables take. */
export function activityOf<I, R>({ activity, timeouts }: { activity: string; timeouts: Timeouts }, size: Size) {
  const proxied = groups[timeouts][activity as keyof Activities] as unknown as Performed<I, R>;
  const startToCloseTimeout = startToClose(activity, timeouts, size);
  const performed: Performed<I, R> = {
    executeWithOptions: (options, args) => proxied.executeWithOptions({ ...options, startToCloseTimeout }, args),
  };
  return performed;
}

/** The same for what belongs to several objects at once. */
export const inTime = (activity: keyof Activities, size: Size) => ({
  startToCloseTimeout: startToClose(activity, 'slow', size),
});

/** What performs a step: one object in, one small object out. */
export interface Performed<I, R = StepResult> {
  executeWithOptions(options: { summary: string; startToCloseTimeout?: number }, args: [I]): Promise<R>;
}

/** What a run does beside the steps of its objects: read whole sides, and what belongs to several objects at once. */
export const { makePlan, planDestroy, planRotate, planRepair, keepDefinitions } = proxyActivities<Activities>({
  ...quick,
  startToCloseTimeout: LOOKS.makePlan,
  heartbeatTimeout: HEARTBEAT,
});
export const {
  rotatePassword,
  reconnectSource,
  dropDeadTables,
  dropLostSource,
  recreateDependents,
  switchTables,
  removeSlot,
} = groups.slow;

/** One look answers within its own deadlines; one that cannot must not overlap the next ones for long. */
const look = {
  heartbeatTimeout: HEARTBEAT,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumAttempts: 3 },
} as const;
export const { check } = proxyActivities<Activities>({ ...look, startToCloseTimeout: LOOKS.check });
export const { lookForOwed } = proxyActivities<Activities>({ ...look, startToCloseTimeout: LOOKS.lookForOwed });

/** The watch's look at what a run would do: it is made again later, and must not keep the next check from beginning. */
export const { makePlan: planOnce } = proxyActivities<Activities>({
  ...quick,
  scheduleToCloseTimeout: '3m',
  heartbeatTimeout: HEARTBEAT,
  retry: { ...retry, maximumAttempts: 2 },
});

/** Hours for large tables; what an attempt has compared the next one does not compare again. */
export const { verifyTables } = proxyActivities<Activities>({
  startToCloseTimeout: '24h',
  heartbeatTimeout: HEARTBEAT,
  retry: { ...retry, maximumAttempts: 20 },
});

/** A sink that is down must not hold a run, nor the lock, for long: a failure is told once, a wait again after hours. */
export const { tellRun } = proxyActivities<Activities>({
  startToCloseTimeout: LOOKS.tellRun,
  scheduleToCloseTimeout: '1m',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '2s', maximumAttempts: 3 },
});
