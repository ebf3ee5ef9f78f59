import { makePlan } from '../../../../src/core/plan/plan';
import type { Plan, PlanStep, StepId } from '../../../../src/core/plan/types';
import type { SourceFacts, TargetFacts, WatchFacts } from '../../../../src/core/plan/facts';
import type { PipelineSpec } from '../../../../src/core/spec/types';
import * as f from '../fixtures';

/** What the tests of the plan ask of one. */
export const actions = (plan: Plan): Record<string, string> =>
  Object.fromEntries(plan.steps.map((step) => [step.id, step.action]));

export function step(plan: Plan, id: StepId): PlanStep {
  const found = plan.steps.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no step ${id}`);
  return found;
}

export const keys = (plan: Plan): string[] => plan.needsApproval.map((approval) => approval.key);
export const blocking = (plan: Plan): string[] =>
  plan.findings.filter((finding) => finding.severity === 'blocking').map((finding) => finding.code);

/** The plan of a pipeline that a run has finished, with single facts changed. */
export function after(
  change: {
    spec?: PipelineSpec;
    source?: Partial<SourceFacts>;
    target?: Partial<TargetFacts>;
    watch?: WatchFacts;
  } = {},
): Plan {
  return makePlan(
    change.spec ?? f.spec,
    f.preparedSource(change.source),
    f.builtTarget(change.target),
    change.watch ?? f.watched,
  );
}
