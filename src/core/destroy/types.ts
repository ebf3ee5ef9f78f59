import type { ClusterFacts } from '../objects/cluster/facts';
import type { PublicationFacts } from '../objects/publication/facts';
import type { RoleFacts } from '../objects/role/facts';
import type { ChildFacts, DependentFacts } from '../objects/source/facts';
import type { NeonFacts, Orphan } from '../plan/facts';
import type { Plan, PlanReference, PlanStep } from '../plan/types';
import type { PipelineSpec } from '../spec/types';
import type { SlotReading } from '../watch/types';
import type { Added } from './added';
import type { Others } from './others';

/** What becomes of one object. `leave`: it stays although it should go, and `run` says what removes it. */
export type Fate = 'remove' | 'keep' | 'leave' | 'absent';

export interface DestroyStep extends PlanStep {
  fate: Fate;
  /** Why it is kept or left; null otherwise. */
  why: string | null;
  /** Statements or commands that finish what is left behind. */
  run: string[];
}

/** A plan to take a pipeline down, as `n2m destroy --output json` prints it. */
export interface DestroyPlan extends Pick<Plan, 'pipeline' | 'findings' | 'changes' | 'needsApproval'> {
  steps: DestroyStep[];
  leaveUpstream: boolean;
  /** Objects of others that go with the source; nothing but these is dropped by its CASCADE. */
  dependents: DependentFacts[];
  known: KnownUpstream;
  /** Where much is recorded: removals carry this in place of it. */
  reference?: PlanReference;
}

/** What must be known to finish after the objects that said so are gone. */
export interface KnownUpstream {
  slot: string | null;
  added: Added[];
}

export interface DestroyInput {
  spec: PipelineSpec;
  plan: Planned;
}

/** What a removal takes of the plan. */
export type Planned = Pick<DestroyPlan, 'leaveUpstream' | 'dependents' | 'known'>;

/** What was found in Materialize. */
export interface DestroyTarget {
  source: {
    id: string;
    comment: string | null;
    slot: string | null;
    cluster: string;
    progressId: string | null;
    children: Pick<ChildFacts, 'id' | 'schema' | 'name' | 'upstream' | 'kind'>[];
    /** Everything built on it that is not one of its tables, however far down. */
    dependents: DependentFacts[];
  } | null;
  connection: { id: string; comment: string | null; dependents: DependentFacts[] } | null;
  secret: { id: string; comment: string | null; dependents: DependentFacts[] } | null;
  cluster: Pick<ClusterFacts, 'id' | 'comment' | 'otherObjects'> | null;
  schema: { exists: boolean; comment: string | null; items: { id: string; name: string; type: string }[] };
  orphans: Orphan[];
  egressCidrs: string[];
}

/** What was found upstream. */
export interface DestroySource {
  publication: PublicationFacts | null;
  /** Every publication that carries this pipeline's mark, the file's among them if it does. */
  ours: PublicationFacts[];
  role: RoleFacts | null;
  /** Of the slots asked for, by name. */
  slots: SlotReading[];
  /** Materialize's slots in this database that nobody uses and that are not ours by any record. */
  idleSlots: string[];
  /** Of the recorded tables, those that are there. */
  tables: {
    schema: string;
    name: string;
    identity: string;
    hasPrimaryKey: boolean;
    /** Those that can be a replica identity. */
    indexes: { name: string; columns: string[] }[];
    publishedBy: string[];
    /** Of them, those that publish updates or deletes, which are refused where nothing identifies a row. */
    strictlyPublishedBy: string[];
    /** Who reads one of these reads its rows; absent where it is no partition. */
    partitionOf?: { schema: string; name: string }[];
  }[];
  /** Of the recorded privileges, those that are still there. */
  held: Added[];
  neon: Pick<NeonFacts, 'allowedIps' | 'roleNames' | 'logicalReplication' | 'project'> | null;
  /** Who else reads from the same server or project. */
  others: Others;
}

/** What became of one object, in the report. */
export interface ObjectFate {
  object: string;
  fate: 'removed' | 'kept' | 'left-behind' | 'absent';
  why: string | null;
  run: string[];
}

/** The result of `destroyReplication`. Every line was looked up after the last step. */
export interface DestroyReport {
  pipeline: string;
  objects: ObjectFate[];
  leftBehind: number;
  seconds: number;
}
