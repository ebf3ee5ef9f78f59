import type { PipelineSpec } from '../spec/types';
import type { SourceFacts, TargetFacts, WatchFacts } from './facts';
import type { Plan } from './types';

/** What a run would do, in order, and what it would have to ask for. */
export function makePlan(_spec: PipelineSpec, _source: SourceFacts, _target: TargetFacts, _watch: WatchFacts): Plan {
  throw new Error('not built yet');
}
