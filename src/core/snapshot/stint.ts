import type { SnapshotProgress, StintEnd } from './types';

/** Whether the wait has something to tell: `start` is the progress the stint began with, `time` is the caller's. */
export function stintEnd(_start: SnapshotProgress | null, _next: SnapshotProgress): Exclude<StintEnd, 'time'> | null {
  throw new Error('not built yet');
}
