import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities, StepInput } from '../activities/types';

export type { StepInput };

/**
 * Retry groups. What is permanent arrives as a non-retryable failure (src/activities/failures.ts), so every group may
 * retry for ever: a region in maintenance or a busy project ends a run only if a person says so.
 */

/** A killed worker is noticed after this long; activities pulse several times as often. */
const HEARTBEAT = '10s';

const retry = { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' } as const;

/** Reads and catalog writes: seconds. Three minutes leave room for both systems' own deadlines and one lookup after. */
const quick = {
  startToCloseTimeout: '3m',
  heartbeatTimeout: HEARTBEAT,
  retry,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

/** Calls that make somebody restart or connect elsewhere: Neon operations (its own budget is 5 min), validations, resizes. */
const slow = { ...quick, startToCloseTimeout: '20m' } as const;

/** The durable wait. One stint ends by itself after half an hour; the attempt is retried at an even pace. */
const wait = {
  ...quick,
  startToCloseTimeout: '45m',
  retry: { initialInterval: '1s', backoffCoefficient: 1 },
} as const;

export const {
  makePlan,
  ensureReplicaIdentity,
  ensureGrants,
  ensurePublication,
  ensureSchema,
  ensureCluster,
  ensureSecret,
  ensureWatch,
  planDestroy,
  planRotate,
  planRepair,
  keepDefinitions,
  removeWatch,
  removeConnection,
  removeSecret,
  removeCluster,
  removeSchema,
  unpublish,
  restoreIdentity,
  revokeGrants,
  removePublication,
  removeRecord,
} = proxyActivities<Activities>(quick);

export const {
  enableLogicalReplication,
  ensureRole,
  allowEgressIps,
  ensureConnection,
  ensureSource,
  dropTables,
  dropLeftClusters,
  rightSize,
  removeSource,
  rotatePassword,
  reconnectSource,
  dropDeadTables,
  dropLostSource,
  recreateDependents,
  removeSlot,
  removeRole,
  removeIps,
} = proxyActivities<Activities>(slow);

export const { awaitRunning, awaitSnapshot } = proxyActivities<Activities>(wait);

/** One check answers within its own deadlines; a check that cannot must not overlap the next ones for long. */
export const { check } = proxyActivities<Activities>({
  startToCloseTimeout: '2m',
  heartbeatTimeout: HEARTBEAT,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumAttempts: 3 },
});
