/** Figures out of a progress. */
import type { SnapshotProgress, TableProgress } from './types';

/** So many looks in balance must see the source stalled before it counts: it flaps while it is broken. */
export const STALLED_LOOKS = 3;

export const isCommitted = (progress: SnapshotProgress): boolean =>
  progress.tables.length > 0 && progress.tables.every((table) => table.state === 'committed');

export const isStalled = (progress: SnapshotProgress): boolean => progress.stalledLooks >= STALLED_LOOKS;

/** From 0 to 1: by rows where every table's size is known, else by tables. Only a commit makes it 1. */
export function doneShare(progress: SnapshotProgress): number {
  const { tables } = progress;
  if (tables.length === 0) return 0;
  if (isCommitted(progress)) return 1;
  const expected = tables.map((table) => table.rowsExpected);
  const total = expected.reduce((sum: number, rows) => sum + (rows ?? 0), 0);
  const share =
    expected.includes(null) || total === 0
      ? tables.filter((table) => table.state === 'committed').length / tables.length
      : tables.reduce((sum, table) => sum + tableShare(table) * (table.rowsExpected ?? 0), 0) / total;
  return Math.min(share, 0.999);
}

/** From 0 to 1; 0 where nothing is known about the table's size. Planner estimates may be too low. */
export function tableShare({ state, rowsCopied, rowsExpected }: TableProgress): number {
  if (state === 'committed') return 1;
  if (rowsExpected === null || rowsExpected === 0) return 0;
  return Math.min(rowsCopied / rowsExpected, 1);
}

export const totalRows = (progress: SnapshotProgress): number =>
  progress.tables.reduce((sum, table) => sum + table.rowsCopied, 0);
