import type { Plan, StepResult } from '../core/plan/types';
import type { SnapshotProgress, SnapshotStint } from '../core/snapshot/types';
import type { PipelineSpec } from '../core/spec/types';
import type { CheckResult, WatchMemory } from '../core/watch/types';

/** What a step gets: the file and the plan it belongs to. An object planned as `create` was absent a moment ago. */
export interface StepInput {
  spec: PipelineSpec;
  plan: Plan;
}

type Step = (input: StepInput) => Promise<StepResult>;

export interface StintInput extends StepInput {
  /** The last progress known, so that a new stint keeps what was latched. */
  previous: SnapshotProgress | null;
  /** Return after this many milliseconds even if nothing happened. */
  maxDuration: number;
}

/**
 * Everything the worker does on behalf of workflows. Each may be killed at any instant and run again: it looks, does
 * what is missing, looks again. Failures are ApplicationFailures whose type is a FailureType.
 */
export interface Activities {
  /** Observes both sides, returns findings and plan. Reads only. */
  makePlan(input: { spec: PipelineSpec }): Promise<Plan>;

  enableLogicalReplication: Step;
  ensureRole: Step;
  ensureReplicaIdentity: Step;
  ensureGrants: Step;
  ensurePublication: Step;
  allowEgressIps: Step;

  ensureSchema: Step;
  ensureCluster: Step;
  ensureSecret: Step;
  ensureConnection: Step;
  ensureSource: Step;
  awaitRunning: Step;

  /** One stint of the durable wait; heartbeats SnapshotProgress. */
  awaitSnapshot(input: StintInput): Promise<SnapshotStint>;
  /** Sizes the cluster to steadySize, verified, with a way back. */
  rightSize: Step;
  /** Tables that left the file: from Materialize first, from the publication last. Planned and approved before. */
  dropTables: Step;

  ensureWatch: Step;
  /** One reading, one verdict, alerts delivered. */
  check(input: { spec: PipelineSpec; memory: WatchMemory | null; nominalAt: string }): Promise<CheckResult>;
}
