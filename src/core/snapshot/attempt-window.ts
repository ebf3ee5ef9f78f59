/** When one attempt window of the wait for the first copy ends. */
import { doneShare, isCommitted, isStalled } from './progress';
import type { SnapshotProgress, WindowEnd } from './types';

/** An attempt window ends for every tenth more that is done: ten returns in a copy of a day. */
const MILESTONE = 0.1;

/** Whether the wait has something to tell: `start` is the progress the window began with, `time` is the caller's. */
export function windowEnd(start: SnapshotProgress | null, next: SnapshotProgress): Exclude<WindowEnd, 'time'> | null {
  if (isCommitted(next)) return 'committed';
  if (isStalled(next) && !(start && isStalled(start))) return 'stalled';
  if (failedTables(next) > (start ? failedTables(start) : 0)) return 'stalled';
  if (next.stuck && !start?.stuck) return 'stuck';
  if (!next.stuck && start?.stuck) return 'unstuck';
  return tenths(next) > (start ? tenths(start) : 0) ? 'milestone' : null;
}

const failedTables = ({ tables, all }: SnapshotProgress): number =>
  all ? (all.states.failed ?? 0) : tables.filter((table) => table.state === 'failed').length;

const tenths = (progress: SnapshotProgress): number => Math.floor(doneShare(progress) / MILESTONE + 1e-9);
