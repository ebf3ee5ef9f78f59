import type { Plan, PlanAction, PlannedTable, Rebuild, RemovedTable, StepResult } from '../core/plan/types';
import type { RotatePlan } from '../core/repair/rotate-plan';
import type { Definition, Recreated, RepairPlan } from '../core/repair/types';
import type { SnapshotProgress, SnapshotStint } from '../core/snapshot/types';
import type { PipelineSpec } from '../core/spec/types';
import type { DestroyInput, DestroyPlan, KnownUpstream } from '../core/destroy/types';
import type { CheckResult, WatchMemory } from '../core/watch/types';

/**
 * What a step gets: the file, the tables as planned, and what the plan found for this step. `create` means the object
 * was absent when the plan was made: one that matches now is this run's own, made before an answer was lost.
 */
export interface StepInput {
  spec: PipelineSpec;
  tables: PlannedTable[];
  removed: RemovedTable[];
  syntax: Plan['syntax'];
  planned: PlanAction;
}

type DestroyStep = (input: DestroyInput) => Promise<StepResult>;

/** `quiet`: a look for a person; nobody is alerted and no metric moves. */
export interface CheckStep {
  spec: PipelineSpec;
  memory: WatchMemory | null;
  quiet: boolean;
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
  /** Clusters the pipeline ran on before. Planned and approved before. */
  dropLeftClusters(input: { spec: PipelineSpec }): Promise<StepResult>;

  ensureWatch: Step;
  /** One reading, one verdict, alerts delivered. */
  check(input: CheckStep): Promise<CheckResult>;

  /** Observes both sides, says what destroy would take and what stays. Reads only; also the proof afterwards. */
  planDestroy(input: { spec: PipelineSpec; leaveUpstream: boolean; known: KnownUpstream | null }): Promise<DestroyPlan>;

  removeWatch: DestroyStep;
  removeSource: DestroyStep;
  /** Proves that a slot is gone, drops it where Materialize did not. */
  removeSlot(input: { spec: PipelineSpec; slot: string }): Promise<StepResult>;
  removeConnection: DestroyStep;
  removeSecret: DestroyStep;
  removeCluster: DestroyStep;
  removeSchema: DestroyStep;
  unpublish: DestroyStep;
  restoreIdentity: DestroyStep;
  revokeGrants: DestroyStep;
  removeRole: DestroyStep;
  removeIps: DestroyStep;
  removePublication: DestroyStep;
  /** The publication that holds nothing but the record, where the file's is somebody else's. */
  removeRecord: DestroyStep;

  /** Looks at role, secret, connection and source. Reads only. */
  planRotate(input: { spec: PipelineSpec }): Promise<RotatePlan>;
  /** New password, stored, validated, the old one proven dead: in one activity, as a password never leaves one. */
  rotatePassword(input: { spec: PipelineSpec }): Promise<StepResult>;
  /** Makes the source log in again and sees it run. */
  reconnectSource(input: { spec: PipelineSpec }): Promise<StepResult>;

  /** Reads both sides, judges, and says what mends what is broken. Reads only. */
  planRepair(input: { spec: PipelineSpec; memory: WatchMemory | null }): Promise<RepairPlan>;
  /** Definitions, owners, privileges and comments of what a repair drops, or a run that cannot change it in place. */
  keepDefinitions(input: { spec: PipelineSpec; plan: Rebuild }): Promise<Definition[]>;
  dropDeadTables(input: { spec: PipelineSpec; plan: Rebuild; definitions: Definition[] }): Promise<StepResult>;
  dropLostSource(input: { spec: PipelineSpec; plan: Rebuild; definitions: Definition[] }): Promise<StepResult>;
  /** Makes them again in order, and compares. */
  recreateDependents(input: { spec: PipelineSpec; definitions: Definition[] }): Promise<Recreated[]>;
}
