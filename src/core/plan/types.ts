import type { TableRef } from '../spec/types';
import type { ItemName } from '../sql/items';
import type { Definition } from './definition';
import type { DependentFacts } from '../objects/source/facts';

/** The id of a step in plans, views and reports. Each is named by the room of its object; see src/core/objects. */
export type StepId = string;

export type PlanAction = 'create' | 'change' | 'keep' | 'adopt' | 'drop' | 'conflict';

/** What is wrong or noteworthy, and the statement or setting that mends it. */
export interface Finding {
  code: string;
  severity: 'blocking' | 'warning' | 'info';
  /** The object it is about: `public.orders`, `role materialize`. */
  subject: string;
  sentence: string;
  fix: string | null;
  /** So many more of this code and severity are not listed: said by the last one that is. */
  more?: number;
}

export interface PlanStep {
  id: StepId;
  action: PlanAction;
  /** The object in its system's terms: `cluster ingest_shop`. */
  object: string;
  sentence: string;
  /** Single changes inside the step, for people: `add table public.orders`. */
  changes: string[];
  /** So many more changes are not listed. */
  more?: number;
  /** Whom it interrupts, in a sentence; null when nobody. */
  interrupts: string | null;
  /** Why it cannot be undone; null when it can. */
  irreversible: string | null;
  /** A key that approval names, e.g. `enable-logical-replication`; null when none is needed. */
  approval: string | null;
}

export interface Approval {
  key: string;
  step: StepId;
  reason: string;
  /** What is sent once it is given, statement by statement, where it takes something away; bounded. */
  statements?: string[];
}

/** A table as this run will have it. `fresh`: it will be copied by this run. */
export interface PlannedTable extends TableRef {
  /** Name in Materialize. */
  target: string;
  fresh: boolean;
  estimatedRows: number | null;
  bytes: string;
}

/** A table that left the file. */
export interface RemovedTable {
  schema: string;
  name: string;
  target: string;
  kind: 'subsource' | 'table';
  dependents: DependentFacts[];
}

/** A table that is dropped alone and added again. */
export interface DroppedTable {
  id: string;
  kind: 'subsource' | 'table';
  item: ItemName;
  upstream: { schema: string; name: string };
  /** What it died of, or what no ALTER can change. */
  why: string;
  /** Columns that came upstream, where they are all that changed. */
  added?: string[];
}

/** What is dropped and made again, and what others built on it: by a repair, or because no ALTER can change it. */
export interface Rebuild {
  damage: {
    /** Why the source has to be made again; empty when it can stay. */
    recreate: string[];
    dead: DroppedTable[];
  };
  /** Objects of others that are dropped and made again. */
  dependents: DependentFacts[];
  /** The slot of the source that is made again. */
  slot: string | null;
  /**
   * The file leads to another upstream. The source goes before its secret and its connection change: Materialize drops the
   * slot by what they say at that moment.
   */
  moved?: true;
}

/** Tables that are copied again beside the ones there are, which can be read until the copies take their places. */
export interface Beside {
  /** What changes places at once: tables that something is built on together, and what is. */
  groups: { tables: DroppedTable[]; dependents: DependentFacts[] }[];
  /** What runs that ended early left, and nobody needs. */
  left: { id: string; name: string }[];
  /** Tables that such a run left without their names. */
  unnamed: string[];
}

/** Where a run's steps find the plan they come from: the activity of that run whose result it is. */
export interface PlanReference {
  activity: string;
  /** Of what steps read of it. */
  fingerprint: string;
}

/** A plan as `n2m plan --output json` prints it. */
export interface Plan {
  pipeline: string;
  findings: Finding[];
  steps: PlanStep[];
  /** Steps that are not `keep`. */
  changes: number;
  needsApproval: Approval[];
  tables: PlannedTable[];
  removed: RemovedTable[];
  /** Null when everything changes in place. */
  rebuild: Rebuild | null;
  /** Absent when nothing is copied beside what is there. */
  beside?: Beside;
  /** What an earlier run dropped and could not make again; absent in plans of earlier versions. */
  owed?: Definition[];
  syntax: 'subsources' | 'tables';
  snapshot: { rows: number | null; bytes: string; estimates: { size: string; seconds: number }[] };
  /** Where there are many tables: steps carry this in place of them. */
  reference?: PlanReference;
}

/** What an activity did; `kept` and `adopted` changed nothing. */
export type Outcome = 'created' | 'changed' | 'kept' | 'adopted' | 'dropped' | 'waited';

export interface StepResult {
  outcome: Outcome;
  object: string;
  /** One sentence in the past tense. */
  sentence: string;
}
