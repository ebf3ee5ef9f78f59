import { tableName } from '../../core/objects/tables/select';
import { groupDigests, rowsOfGroups } from '../../core/sql/verify/rows';
import { inPieces } from '../../core/sql/verify/values';
import { Settling } from '../../core/verify/settle';
import type { ComparedTable, Difference, Digest } from '../../core/verify/types';
import { sleep } from '../edges/cut-short';
import { type ListedRow, read, type Row, type Veil } from './listing';
import { addDifferences, differentColumns, emptyOutcome, type Outcome } from './outcome';
import { type Sides, WHOLE_DEADLINE } from './sides';

/** Looks at the whole table; every group of rows that holds still for one of them is compared by then. */
const LOOKS = 12;
/** Groups whose rows are fetched at once, and rows of them. */
const GROUPS_AT_ONCE = 8;
const ROWS_AT_ONCE = 4_000;

interface Group extends Digest {
  part: number;
}

/**
 * Compares a table that has no key both systems order alike: whole, in groups of rows by their hashes, of which each side
 * answers counts and sums.
 */
export async function compareByGroups(sides: Sides, table: ComparedTable, veil: Veil): Promise<Outcome> {
  let settling: Settling | null = null;
  let rows = new Map<string, number>();
  for (let look = 0; look < LOOKS && settling?.pending.length !== 0; look += 1) {
    if (look > 0) await sleep(Math.min(5_000, 200 * 2 ** look));
    const moment = await sides.upstream(table, (ask) => ask<Group>(groupDigests(table, 'source')), WHOLE_DEADLINE);
    const there = await sides.materialize<Group>(moment.lsn, groupDigests(table, 'materialize'));
    const up = texts(moment.value);
    const down = texts(there);
    rows = new Map(moment.value.map((group) => [String(group.part), Number(group.rows)]));
    settling ??= new Settling([...new Set([...up.keys(), ...down.keys()])]);
    settling.observe(new Map([...up].map(([key, digest]) => [key, { digest, version: digest }])), down);
  }
  const outcome: Outcome = {
    ...emptyOutcome(),
    rows: [...rows.values()].reduce((sum, count) => sum + count, 0),
    unsettled: (settling?.pending ?? []).reduce((sum, group) => sum + (rows.get(group) ?? 1), 0),
  };
  const groups = [...(settling?.differing.keys() ?? [])].map(Number);
  for (const some of inPieces(groups, GROUPS_AT_ONCE)) {
    await nameRows(sides, table, some, veil, outcome);
    if (outcome.more) break;
  }
  return outcome;
}

const texts = (groups: readonly Group[]): Map<string, string> =>
  new Map(groups.map(({ part, rows, high, low }) => [String(part), `${rows} ${high} ${low}`]));

async function nameRows(
  sides: Sides,
  table: ComparedTable,
  groups: readonly number[],
  veil: Veil,
  outcome: Outcome,
): Promise<void> {
  for (let tried = 0; tried < 3; tried += 1) {
    const before = await sides.upstream(table, (ask) =>
      ask<ListedRow>(rowsOfGroups(table, 'source', groups, ROWS_AT_ONCE)),
    );
    const down = await sides.materialize<ListedRow>(
      before.lsn,
      rowsOfGroups(table, 'materialize', groups, ROWS_AT_ONCE),
    );
    const after = await sides.upstream(table, (ask) =>
      ask<ListedRow>(rowsOfGroups(table, 'source', groups, ROWS_AT_ONCE)),
    );
    // Of more rows each side answers some, and not the same.
    const cut = [before.value, down, after.value].some((rows) => rows.length >= ROWS_AT_ONCE);
    if (cut && groups.length > 1) {
      for (const group of groups) if (!outcome.more) await nameRows(sides, table, [group], veil, outcome);
      return;
    }
    if (cut) break;
    const ours = counted(table, before.value);
    const now = counted(table, after.value);
    if (surplus(ours, now).length > 0) continue;
    const theirs = counted(table, down);
    // What came upstream in between, Materialize may have as well.
    addDifferences(outcome, named(table, surplus(ours, theirs), surplus(theirs, now), veil), false);
    return;
  }
  // They differ, as their sums did twice; which of their rows do nobody can tell while they are written, or so many.
  outcome.differing += groups.length;
  outcome.more = true;
}

interface Counted {
  row: Row;
  times: number;
}

function counted(table: ComparedTable, listing: readonly ListedRow[]): Map<string, Counted> {
  const rows = new Map<string, Counted>();
  for (const one of listing) {
    const row = read(table, one, 'values');
    const text = JSON.stringify(Object.values(row.columns));
    rows.set(text, { row, times: (rows.get(text)?.times ?? 0) + 1 });
  }
  return rows;
}

/** Rows that one side has more often than the other. */
function surplus(some: ReadonlyMap<string, Counted>, others: ReadonlyMap<string, Counted>): Row[] {
  return [...some].flatMap(([text, { row, times }]) =>
    Array.from({ length: Math.max(0, times - (others.get(text)?.times ?? 0)) }, () => row),
  );
}

/** By what names a row where something does, so that a row that changed is one difference and not two. */
function named(table: ComparedTable, missing: readonly Row[], extra: readonly Row[], veil: Veil): Difference[] {
  const nameOf = ({ columns }: Row): string => JSON.stringify(table.names.map((name) => columns[name]));
  const others = new Map(table.names.length === 0 ? [] : extra.map((row) => [nameOf(row), row]));
  const about = (row: Row) => ({
    table: tableName(table.upstream),
    key:
      table.names.length === 0 ? null : Object.fromEntries(table.names.map((name) => [name, row.columns[name] ?? ''])),
    hash: table.names.length === 0 ? (veil(row.digest)?.slice(0, 13) ?? null) : null,
  });
  const first = missing.map((row): Difference => {
    const other = others.get(nameOf(row));
    if (other === undefined) return { ...about(row), what: 'missing', columns: [] };
    others.delete(nameOf(row));
    return { ...about(row), what: 'changed', columns: differentColumns(table, row, other, veil) };
  });
  const left = table.names.length === 0 ? extra : [...others.values()];
  return [...first, ...left.map((row): Difference => ({ ...about(row), what: 'extra', columns: [] }))];
}
