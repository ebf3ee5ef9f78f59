import { OBJECTS, UPSTREAM } from '../objects';
import { amount, estimates } from '../objects/cluster/estimate';
import type { GuideObject } from '../objects/object';
import type { PipelineSpec } from '../spec/types';
import { boundedApprovals, boundedFindings, boundedStep } from './bounds';
import { type PlanContext, planContext } from './context';
import type { SourceFacts, TargetFacts, WatchFacts } from './facts';
import { findingsOf } from './findings';
import type { Approval, Plan, PlanStep } from './types';

/** What a run would do, in order, and what it would have to ask for. Second time after a finished run: nothing. */
export function makePlan(spec: PipelineSpec, from: SourceFacts, to: TargetFacts, watched: WatchFacts): Plan {
  const context = planContext(spec, from, to, watched);
  const steps = planSteps(context).map(boundedStep);
  return {
    pipeline: spec.name,
    findings: boundedFindings(findingsOf(context)),
    steps,
    changes: steps.filter((step) => step.action !== 'keep' && step.action !== 'adopt').length,
    needsApproval: boundedApprovals(approvals(context, steps)),
    tables: context.tables,
    removed: context.removed,
    rebuild: context.rebuild,
    ...(context.beside ? { beside: context.beside } : {}),
    owed: to.owed ?? [],
    syntax: context.syntax,
    snapshot: { ...amount(context.tables), estimates: estimates(spec, to, context.tables) },
  };
}

function planSteps(context: PlanContext): PlanStep[] {
  const after = OBJECTS.filter((object) => !UPSTREAM.includes(object));
  const first = after.filter((object) => object.goesFirst?.(context));
  const inTarget = [...first, ...after.filter((object) => !first.includes(object))];
  return [
    ...UPSTREAM.flatMap((object) => stepsOf(object, context, [])),
    ...inTarget.reduce<PlanStep[]>((before, object) => [...before, ...stepsOf(object, context, before)], []),
  ];
}

/** `before`: planned before it in Materialize. */
function stepsOf({ steps }: GuideObject, context: PlanContext, before: readonly PlanStep[]): PlanStep[] {
  return steps.flatMap((step) => step.plan(context, before) ?? []);
}

/** One entry per key, with the reason a person reads; each table that leaves or is copied again has a key of its own. */
function approvals(context: PlanContext, steps: PlanStep[]): Approval[] {
  return steps.flatMap((step): Approval[] => {
    if (step.approval === null || step.action === 'conflict') return [];
    const why = [step.sentence, step.interrupts, step.irreversible].filter((part) => part !== null).join('; ');
    const own = OBJECTS.map((object) => object.approvals?.(context, step, why) ?? null).find((keys) => keys !== null);
    return (own ?? [{ key: step.approval, reason: why }]).map((asked) => ({ ...asked, step: step.id }));
  });
}
