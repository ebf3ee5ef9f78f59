import { formatDuration } from '../text/duration';
import type { PipelineSpec } from '../spec/types';
import type { Symptom } from './types';

const PERIODS = { warn: 2, critical: 5 };

/** The symptom of checks that did not happen, for `status`, `list` and the next check; null when in time. */
export function lateness(lastCheckAt: string, spec: PipelineSpec, now: string): Symptom | null {
  const silence = Date.parse(now) - Date.parse(lastCheckAt);
  // A period passes between two checks in time, so the second missed one is seen after three.
  const missed = silence / spec.watch.every - 1;
  if (!(missed >= PERIODS.warn)) return null;
  return {
    rule: 'check-late',
    severity: missed >= PERIODS.critical ? 'critical' : 'warn',
    table: null,
    cause: `no check for ${formatDuration(silence)}, one is due every ${formatDuration(spec.watch.every)}`,
    next: 'n2m doctor tells whether a worker runs',
  };
}
