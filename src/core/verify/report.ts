import type { Amount, TableResult, VerifyResult } from './types';

/** Enough to see what is wrong; more would fill a result that everybody who looks has to load. */
const MOST = { differences: 20, tables: 20, notCompared: 50 };
/** Of this many lists of tables have all. */
export const ALL_NAMED = MOST.tables;

export type Tally = Omit<VerifyResult, 'verdict' | 'seconds'>;

export function emptyTally(
  pipeline: string,
  startedAt: string,
  amount: Amount,
  whole = true,
  slot: string | null = null,
): Tally {
  return {
    ...{ pipeline, startedAt, amount, whole, slot, tables: 0, rows: 0, differing: 0, more: false, unsettled: 0 },
    ...{ openTables: [], differingTables: [], differences: [], notCompared: [], notComparedCount: 0, failedTables: 0 },
  };
}

/** What came of one more table. */
export function withTable(tally: Tally, result: TableResult): Tally {
  const { table, differing: rows, more } = result;
  return {
    ...withNotCompared(tally, result.notCompared),
    tables: tally.tables + 1,
    rows: tally.rows + result.rows,
    differing: tally.differing + rows,
    more: tally.more || more,
    unsettled: tally.unsettled + result.unsettled,
    failedTables: tally.failedTables + (result.partial ? 1 : 0),
    openTables: result.partial || result.unsettled > 0 ? withOpen(tally, table) : tally.openTables,
    differingTables:
      rows === 0 ? tally.differingTables : [...tally.differingTables, { table, rows, more }].slice(0, MOST.tables),
    differences: [...tally.differences, ...result.differences].slice(0, MOST.differences),
  };
}

/** A table of which nothing can be told. */
export function withFailure(tally: Tally, table: string, why: string): Tally {
  return {
    ...withNotCompared(tally, [{ what: table, why }]),
    failedTables: tally.failedTables + 1,
    openTables: withOpen(tally, table),
  };
}

/** One more than are named says that there are more. */
const withOpen = ({ openTables = [] }: Tally, table: string): string[] =>
  [...openTables, table].slice(0, MOST.tables + 1);

function withNotCompared(tally: Tally, more: TableResult['notCompared']): Tally {
  return {
    ...tally,
    notCompared: [...tally.notCompared, ...more].slice(0, MOST.notCompared),
    notComparedCount: tally.notComparedCount + more.length,
  };
}

/** Nothing is equal that was not compared: a table that could not be read, or of which nothing held still, is neither. */
export function verifyResult(tally: Tally, seconds: number): VerifyResult {
  const open = tally.failedTables > 0 || tally.unsettled > 0 || tally.tables === 0;
  return { ...tally, seconds, verdict: tally.differing > 0 ? 'differs' : open ? 'incomplete' : 'equal' };
}
