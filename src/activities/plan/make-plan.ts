import { makePlan as decide } from '../../core/plan/plan';
import type { Plan } from '../../core/plan/types';
import type { PipelineSpec } from '../../core/spec/types';
import type { Deps } from '../support/deps';
import { observe } from './observe';

/** Observes, then decides; the decisions are pure. */
export async function makePlan(deps: Deps, { spec }: { spec: PipelineSpec }): Promise<Plan> {
  const { source, target, watch } = await observe(deps, spec);
  return decide(spec, source, target, watch);
}
