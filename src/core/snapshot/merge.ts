import type { SnapshotLook, SnapshotProgress } from './types';

/**
 * Joins one look with what was known. `now` is an ISO time; `stuckAfter` milliseconds without movement on either side
 * are stuck. With `previous` null the wait begins.
 */
export function mergeProgress(
  _previous: SnapshotProgress | null,
  _look: SnapshotLook,
  _now: string,
  _limits: { stuckAfter: number },
): SnapshotProgress {
  throw new Error('not built yet');
}
