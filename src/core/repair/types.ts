import type { Definition, Recreated } from '../plan/definition';
import type { ConnectionFacts } from '../objects/connection/facts';
import type { ChildFacts, DependentFacts, SourceObjectFacts } from '../objects/source/facts';
import type { SourceFacts } from '../plan/facts';
import type { Finding, Plan, PlanStep, Rebuild } from '../plan/types';
import type { PipelineSpec } from '../spec/types';
import type { SourceReading, Symptom, TargetReading, Verdict, WatchMemory } from '../watch/types';

export type { Definition, Recreated };

/** What a repair reads of both sides, to find what is broken. */
export interface RepairLook {
  spec: PipelineSpec;
  symptoms: Symptom[];
  /** What the watch knows by now. */
  memory: WatchMemory | null;
  /** What the check read of both sides. */
  upstream: SourceReading;
  target: TargetReading;
  /** What a plan reads. */
  facts: SourceFacts;
  source: SourceObjectFacts | null;
  /** Materialize just tried to log in upstream and was refused its password. */
  passwordRefused: boolean;
}

/** What it is decided from, once the damage is known. */
export interface RepairScene extends RepairLook {
  damage: Damage;
  dependents: DependentFacts[];
  connection: ConnectionFacts | null;
  /** What makes again what is dropped. What would stop it stops the repair: nothing is dropped that could not be made. */
  after: Plan;
  attempts: number;
}

/** What a repair does with an object of the guide; reasons are sentences for people. */
export interface Remedies {
  /** Symptoms after which only a new source helps. */
  remakes?: (symptom: Symptom) => boolean;
  /** Rules of the watch whose tables are copied again: they miss or have too much what nothing says to Materialize. */
  copies?: readonly string[];
  /** Rules of the watch whose symptoms a run without a change of the file puts right. */
  converges?: readonly string[];
  /** Why the source has to be made again, before the watch has a symptom. */
  remake?: (look: RepairLook) => string[];
  /** Why a table has to be copied again, before Materialize notices. */
  copy?: (look: RepairLook) => (child: ChildFacts) => string | null;
  /** What a run without a change of the file puts right, before Materialize notices: it looks every 15 s. */
  converge?: (look: RepairLook) => string[];
  /** What says that something else than damage is seen: a wrong project, branch or slot looks like it, too. Nothing is dropped then. */
  stops?: (scene: RepairScene) => Finding[];
}

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
