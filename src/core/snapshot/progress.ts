/** Figures out of a progress. */
import type { SnapshotProgress, TableProgress } from './types';

/** So many looks in balance must see the source stalled before it counts: it flaps while it is broken. */
export const STALLED_LOOKS = 3;

export const isCommitted = ({ tables, all }: SnapshotProgress): boolean =>
  all ? all.states.committed === all.count : tables.length > 0 && tables.every(({ state }) => state === 'committed');

/** How many tables are copied. */
export const tableCount = ({ tables, all }: SnapshotProgress): number => all?.count ?? tables.length;

export const isStalled = (progress: SnapshotProgress): boolean => progress.stalledLooks >= STALLED_LOOKS;

/** From 0 to 1: by rows where every table's size is known, else by tables. Only a commit makes it 1. */
export function doneShare(progress: SnapshotProgress): number {
  const { tables, all } = progress;
  if (all) return all.share;
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

export const totalRows = ({ tables, all }: SnapshotProgress): number =>
  all?.rowsCopied ?? tables.reduce((sum, table) => sum + table.rowsCopied, 0);

/** Null where that of one table is unknown. */
export function totalExpected({ tables, all }: SnapshotProgress): number | null {
  if (all) return all.rowsExpected;
  return tables.reduce<number | null>(
    (sum, { rowsExpected }) => (sum === null || rowsExpected === null ? null : sum + rowsExpected),
    0,
  );
}
