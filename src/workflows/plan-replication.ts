import type { Plan } from '../core/plan/types';
import type { PipelineSpec } from '../core/spec/types';
import { makePlan } from './proxies';

/** Reads both systems and says what `replicate` would do. Changes nothing. */
export async function planReplication(input: { spec: PipelineSpec }): Promise<Plan> {
  return makePlan.executeWithOptions({ summary: 'read both systems, compare with the file' }, [input]);
}
