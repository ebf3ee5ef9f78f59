import { OBJECTS, UPSTREAM } from '../objects';
import type { PipelineSpec } from '../spec/types';
import { type PlanContext, planContext } from './context';
import type { SourceFacts, TargetFacts, WatchFacts } from './facts';
import { inOrder } from './finding-order';
import type { Rule } from './rule';
import type { Finding } from './types';

/** Every rule by its code, in the order a person would check them. */
const FINDING_RULES: Record<string, Rule> = Object.fromEntries(
  inOrder(OBJECTS.flatMap(({ findings = {} }) => Object.entries(findings))),
);

export const FINDING_CODES: string[] = Object.keys(FINDING_RULES);

const ORDER = { blocking: 0, warning: 1, info: 2 } as const;

export function findingsOf(context: PlanContext): Finding[] {
  const seen = { ...context, addsUpstream: addsUpstream(context) };
  return Object.entries(FINDING_RULES)
    .flatMap(([code, rule]) => rule(seen).map((found) => ({ code, ...found })))
    .sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

/** The run adds something upstream that destroy has to take back. */
const addsUpstream = (context: PlanContext): boolean =>
  UPSTREAM.filter(({ recorded }) => recorded)
    .flatMap(({ steps }) => steps.flatMap((step) => step.plan(context, []) ?? []))
    .some(({ action }) => action === 'create' || action === 'change');

/** Everything wrong or noteworthy on both sides, all at once, blocking first. */
export function findings(
  spec: PipelineSpec,
  source: SourceFacts,
  target: TargetFacts,
  watch: WatchFacts = { exists: false, paused: false, current: false },
): Finding[] {
  return findingsOf(planContext(spec, source, target, watch));
}
