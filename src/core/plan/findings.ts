import type { PipelineSpec } from '../spec/types';
import type { SourceFacts, TargetFacts } from './facts';
import type { Finding } from './types';

/** Everything wrong or noteworthy on both sides, all at once, blocking first. */
export function findings(_spec: PipelineSpec, _source: SourceFacts, _target: TargetFacts): Finding[] {
  throw new Error('not built yet');
}
