import type { PipelineSpec } from '../spec/types';
import type { SourceFacts, TargetFacts } from './facts';
import type { PlannedTable } from './types';

/** The tables this pipeline will have, resolved against upstream, with their names in Materialize. */
export function selectTables(_spec: PipelineSpec, _source: SourceFacts, _target: TargetFacts): PlannedTable[] {
  throw new Error('not built yet');
}
