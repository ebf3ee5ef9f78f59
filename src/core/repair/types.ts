import type { DependentName } from '../destroy/types';
import type { Plan, PlanStep } from '../plan/types';
import type { ItemName } from '../sql/materialize';
import type { Symptom, Verdict } from '../watch/types';

/** A table that cannot go on and comes back by being dropped and added again. */
export interface DeadTable {
  id: string;
  kind: 'subsource' | 'table';
  item: ItemName;
  upstream: { schema: string; name: string };
  error: string;
}

/** What is broken, by what mends it: the least destructive first. */
export interface Damage {
  /** Upstream refuses the password that Materialize has. */
  password: boolean;
  /** Why the source has to be made again; empty when it can stay. */
  recreate: string[];
  dead: DeadTable[];
  /** What a run without a change of the file puts right: publication, replica identity, what is missing. */
  converge: string[];
}

/** A plan of `n2m repair`, as `--output json` prints it. */
export interface RepairPlan extends Pick<Plan, 'pipeline' | 'findings' | 'changes' | 'needsApproval'> {
  steps: PlanStep[];
  symptoms: Symptom[];
  damage: Damage;
  /** Objects of others that are dropped and made again. */
  dependents: DependentName[];
  /** The slot of the source that is made again. */
  slot: string | null;
  /** Repairs of this pipeline within the last day. */
  attempts: number;
}

/** An object as it has to come back; null `sql`: only its privileges and comments do. */
export interface Definition {
  id: string;
  type: string;
  /** Full name for people. */
  name: string;
  item: ItemName;
  sql: string | null;
  /** Statements after the object exists. */
  owner: string | null;
  grants: string[];
  comments: string[];
}

/** What became of one definition. `differs` and `failed`: the statements are for a person. */
export interface Recreated {
  name: string;
  type: string;
  outcome: 'recreated' | 'differs' | 'failed';
  why: string | null;
  /** All its statements, to be run by hand where it failed. */
  sql: string[];
}

/** The result of `repairReplication`. */
export interface RepairReport {
  pipeline: string;
  symptoms: Symptom[];
  steps: string[];
  definitions: Definition[];
  recreated: Recreated[];
  verdict: Verdict;
  seconds: number;
}
