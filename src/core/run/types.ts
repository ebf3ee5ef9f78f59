/** What runs take, show and report. */
import type { FailureInfo } from '../failures/types';
import type { Approval, Finding, Outcome, Plan, PlanAction, StepId } from '../plan/types';
import type { Definition, Recreated } from '../repair/types';
import type { SnapshotProgress } from '../snapshot/types';
import type { PipelineSpec } from '../spec/types';
import type { CheckResult, Followed, Symptom, TablesNamed, WatchMemory } from '../watch/types';

/** Input of `replicate`. `approved` holds the keys a person accepted when the plan was shown. */
export interface ReplicateInput {
  spec: PipelineSpec;
  approved: string[];
  /** The watch began it, to bring columns that came upstream: nobody is asked, and it does nothing else. */
  follows?: true;
  /** Of a run that went on as a new one, because its history grew long: what it told so far. */
  before?: RunBefore;
}

/** Bounded, whatever the run did: the new one plans again, and finds what is left to do. */
export interface RunBefore {
  startedAt: string;
  /** Those that were done. */
  steps: StepView[];
  /** The copy as last seen; which tables are committed is read again. */
  snapshot: SnapshotProgress | null;
  definitions: Definition[];
  recreated: Recreated[];
  /** What it told people that it waits for. */
  waiting?: ToldWaiting | null;
  /** Of a repair that has dropped what was broken and made it again: why. */
  repaired?: Symptom[];
}

/** Keys that people were told a run waits for, and when. */
export interface ToldWaiting {
  keys: string[];
  at: string;
}

export type RunPhase =
  | 'planning'
  | 'waiting-for-approval'
  | 'setting-up'
  | 'snapshotting'
  | 'right-sizing'
  | 'handing-over'
  | 'removing'
  | 'rotating'
  | 'repairing'
  | 'proving'
  | 'done'
  | 'failed'
  | 'cancelled';

export interface StepView {
  id: StepId;
  object: string;
  action: PlanAction;
  state: 'pending' | 'running' | 'done' | 'failed' | 'skipped';
  outcome: Outcome | null;
  /** What it will do while pending, what it did when done, what went wrong when failed. */
  sentence: string;
  startedAt: string | null;
  endedAt: string | null;
}

/** The answer of the run's query, what `apply` and `status` draw and the current details say. */
export interface RunView {
  pipeline: string;
  phase: RunPhase;
  startedAt: string;
  steps: StepView[];
  findings: Finding[];
  waitingFor: Approval[];
  /** The last thing the wait told the workflow; newer numbers are in the pending activity's heartbeat. */
  snapshot: SnapshotProgress | null;
  failure: FailureInfo | null;
  /** Somebody asked it to stop: it ends with the attempt under way of the running step. */
  cancelling?: boolean;
  /** Between dropping the source and making again what was built on it nothing stops it. */
  inOnePiece?: boolean;
  /** What the run dropped and has to make again, for a person if it cannot. */
  definitions?: Definition[];
  /** What of it, and of what earlier runs dropped, is not made again yet; absent until the run knows. */
  owed?: Definition[];
}

/** What the step of the source tells while it adds tables. */
export interface Adding {
  /** The table it is at; null where one statement adds all. */
  adding: number | null;
  of: number;
}

/** Byte distances of the slot after hand-over, decimal strings. */
export interface SlotLag {
  slot: string;
  retainedBytes: string | null;
  unconfirmedBytes: string | null;
}

/** The result of `replicate`. */
export interface ReplicateReport {
  pipeline: string;
  changed: boolean;
  steps: StepView[];
  findings: Finding[];
  /** What others built on what had to be made again, and what became of it; absent in reports of earlier versions. */
  definitions?: Definition[];
  recreated?: Recreated[];
  slot: SlotLag | null;
  clusterSize: string | null;
  snapshotSeconds: number | null;
  seconds: number;
  firstCheck: CheckResult | null;
  /** Of a run that the watch began. */
  followed?: Followed;
}

/** Argument of the `approve` update: which keys, and who says so. */
export interface ApprovalInput {
  keys: string[];
  by: string;
}

/** Argument of the `reject` update. */
export interface RejectionInput {
  by: string;
  reason: string;
}

/** Input of `checkReplication`. A schedule's runs take their memory from the last result. */
export interface CheckInput {
  spec: PipelineSpec;
  /** For a look by hand (`n2m status`): what the schedule's last check knew. */
  memory?: WatchMemory | null;
  /** A look by hand tells nobody: alerts are the schedule's. */
  quiet?: boolean;
  /** Which tables the answer names; a scheduled check those that are not well. */
  tables?: TablesNamed;
  /** Look also for what a run dropped and could not make again. */
  owed?: boolean;
}

/** Input of `repairReplication`. */
export interface RepairRunInput extends ReplicateInput {
  /** What the watch remembers: a slot that was lost looks well for a moment after Materialize made it again. */
  memory: WatchMemory | null;
}

/** Input of `destroyReplication`. */
export interface DestroyRunInput extends ReplicateInput {
  /** Touch nothing upstream, and say what remains there. */
  leaveUpstream: boolean;
}

export type { Plan };
