import type { ComparedTable, DifferentColumn, Difference, TableResult } from '../../core/verify/types';
import type { Row, Veil } from './listing';

/** What comparing the rows of one table came to, whichever way they are found. */
export type Outcome = Omit<TableResult, 'table' | 'how' | 'notCompared'>;

/** Rows that differ are found one by one: so many say enough. */
export const ENOUGH = 1_000;
/** Differences that a result names of one table. */
const SHOWN = 20;

export const emptyOutcome = (): Outcome => ({
  rows: 0,
  differing: 0,
  more: false,
  unsettled: 0,
  partial: false,
  differences: [],
});

/** Counts all of them and names the first. `more`: looking for them ended before its end. */
export function addDifferences(outcome: Outcome, found: readonly Difference[], more: boolean): void {
  outcome.differing += found.length;
  outcome.more ||= more || outcome.differing >= ENOUGH;
  outcome.differences.push(...found.slice(0, Math.max(0, SHOWN - outcome.differences.length)));
}

/** Columns in which one row is not the same on both sides. */
export const differentColumns = ({ columns }: ComparedTable, up: Row, down: Row, veil: Veil): DifferentColumn[] =>
  columns.flatMap(({ name }) => {
    const [upstream, materialize] = [up.columns[name] ?? null, down.columns[name] ?? null];
    return upstream === materialize ? [] : [{ column: name, upstream: veil(upstream), materialize: veil(materialize) }];
  });
