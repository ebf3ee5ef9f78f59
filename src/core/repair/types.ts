import type { Plan, PlanStep, Rebuild } from '../plan/types';
import type { ItemName } from '../sql/items';
import type { Symptom, Verdict } from '../watch/types';

/** What is broken, by what mends it: the least destructive first. */
export type Damage = Rebuild['damage'] & {
  /** Upstream refuses the password that Materialize has. */
  password: boolean;
  /** What a run without a change of the file puts right: publication, replica identity, what is missing. */
  converge: string[];
};

/** A plan of `n2m repair`, as `--output json` prints it. */
export interface RepairPlan extends Rebuild, Pick<Plan, 'pipeline' | 'findings' | 'changes' | 'needsApproval'> {
  steps: PlanStep[];
  symptoms: Symptom[];
  damage: Damage;
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
