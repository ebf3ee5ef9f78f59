import type { PipelineSpec } from '../spec/types';
import type { PipelineReading, Verdict, WatchMemory } from './types';

/** One verdict out of one reading and what is remembered. `now` is an ISO time. */
export function judge(
  _reading: PipelineReading,
  _memory: WatchMemory | null,
  _spec: PipelineSpec,
  _now: string,
): { verdict: Verdict; memory: WatchMemory } {
  throw new Error('not built yet');
}
