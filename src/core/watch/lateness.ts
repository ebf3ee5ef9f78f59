import type { PipelineSpec } from '../spec/types';
import type { Symptom } from './types';

/** The symptom of checks that did not happen, for `status`, `list` and the next check; null when in time. */
export function lateness(_lastCheckAt: string, _spec: PipelineSpec, _now: string): Symptom | null {
  throw new Error('not built yet');
}
