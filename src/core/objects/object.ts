import type { DestroyContext } from '../destroy/context';
import type { Kept } from '../destroy/others';
import type { DestroyInput, DestroySource, DestroyStep, KnownUpstream } from '../destroy/types';
import type { Entry } from '../explain/types';
import type { PlanContext } from '../plan/context';
import type { Rule } from '../plan/rule';
import type { PlanStep, StepId } from '../plan/types';
import type { Remedies } from '../repair/types';
import type { RunPhase } from '../run/types';
import type { PipelineSpec } from '../spec/types';
import type { Script } from './script';

/** How long a step may take and how it is tried again: src/workflows/proxies.ts. */
export type Timeouts = 'quick' | 'slow' | 'wait';

/** A step of a run. */
export interface RunStep {
  id: StepId;
  /** The activity that performs it; null where the steps around it are performed as one piece (a rebuild). */
  activity: string | null;
  timeouts: Timeouts;
  /** The activity returns before the end, and is called again until it says that all is committed. */
  inWindows?: boolean;
  /** What the run is said to be doing from this step on, where it is due. */
  phase?: RunPhase;
  /** Only in a plan that finds something for it. */
  occasional?: boolean;
  /** What it would do, from what was read. `before`: what is planned before it in Materialize. None where it has no row today. */
  plan(context: PlanContext, before: readonly PlanStep[]): PlanStep | PlanStep[] | null;
  /** What it sends on a first run, out of the file alone, for `n2m sql`. Null where the file rules it out. */
  script?(spec: PipelineSpec): Script | null;
}

/** A step of a destroy. */
export interface Removal {
  id: StepId;
  activity: string;
  timeouts: Timeouts;
  /** What it takes is part of what that step takes: told only where that one keeps. */
  onTheWayTo?: StepId;
  /** What the activity gets, where it is not the plan. */
  input?(destroy: DestroyInput): { spec: PipelineSpec };
}

/**
 * One object of the guide, and all that is particular about it. Plan, run, destroy, repair, `n2m sql` and the runbook walk the
 * list of them and know none by name.
 */
export interface GuideObject {
  /** As the guide calls it. */
  name: string;
  steps: readonly RunStep[];
  /** What it adds upstream is recorded, for a destroy to take back. */
  recorded?: boolean;
  /** It goes before everything else in Materialize. */
  goesFirst?(context: PlanContext): boolean;
  /** The keys that a step of this object asks for, where they are not the step's own; null for other steps. */
  approvals?(context: PlanContext, step: PlanStep, why: string): { key: string; reason: string }[] | null;
  findings?: Record<string, Rule>;
  /** What its findings mean, by their codes. */
  words?: Record<string, Entry>;
  /** What becomes of it in Materialize when the pipeline is taken down; the order is REMOVALS' of ./index. */
  destroy?(context: DestroyContext): DestroyStep[];
  /** The same for what it is upstream, which a destroy may have to leave as it is. */
  destroyUpstream?(context: DestroyContext): DestroyStep[];
  removals?: readonly Removal[];
  /** What is recorded of it and stays because others need it: it goes over into their records. */
  handsOver?(spec: PipelineSpec, found: DestroySource, known: Pick<KnownUpstream, 'added'>): Kept[];
  /** What a repair does with it. */
  repair?: Remedies;
}
