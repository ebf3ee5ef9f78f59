import { doneShare, isCommitted, isStalled } from './progress';
import type { SnapshotProgress, StintEnd } from './types';

/** A stint returns for every tenth more that is done: ten returns in a copy of a day. */
const MILESTONE = 0.1;

/** Whether the wait has something to tell: `start` is the progress the stint began with, `time` is the caller's. */
export function stintEnd(start: SnapshotProgress | null, next: SnapshotProgress): Exclude<StintEnd, 'time'> | null {
  if (isCommitted(next)) return 'committed';
  if (isStalled(next) && !(start && isStalled(start))) return 'stalled';
  if (failedTables(next) > (start ? failedTables(start) : 0)) return 'stalled';
  if (next.stuck && !start?.stuck) return 'stuck';
  if (!next.stuck && start?.stuck) return 'unstuck';
  return tenths(next) > (start ? tenths(start) : 0) ? 'milestone' : null;
}

const failedTables = (progress: SnapshotProgress): number =>
  progress.tables.filter((table) => table.state === 'failed').length;

const tenths = (progress: SnapshotProgress): number => Math.floor(doneShare(progress) / MILESTONE + 1e-9);
