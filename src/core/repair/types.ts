import type { Definition, Recreated } from '../plan/definition';
import type { Plan, PlanStep, Rebuild } from '../plan/types';
import type { Symptom, Verdict } from '../watch/types';

export type { Definition, Recreated };

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
  /** How both sides are put right once that is dropped; absent where nothing is, and in plans of earlier versions. */
  after?: Plan;
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
