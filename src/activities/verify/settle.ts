import { tableName } from '../../core/objects/tables/select';
import { rowsWithKeys } from '../../core/sql/verify/rows';
import { inPieces } from '../../core/sql/verify/values';
import { type Seen, Settling } from '../../core/verify/settle';
import type { ComparedTable, Difference } from '../../core/verify/types';
import { sleep } from '../edges/cut-short';
import { byKey, digests, keyValues, type ListedRow, type Row, type Veil } from './listing';
import { differentColumns } from './outcome';
import type { Sides } from './sides';

/** Keys of one statement. */
const AT_ONCE = 200;
/** Looks at rows that are being written; about twice as many seconds. */
const LOOKS = 15;

export interface Settled {
  differences: Difference[];
  /** Rows that were written at every look. */
  unsettled: number;
}

/** Which of these rows really differ, and how. At most `atMost` of them, about. */
export async function settle(
  sides: Sides,
  table: ComparedTable,
  keys: readonly string[],
  { atMost, veil }: { atMost: number; veil: Veil },
): Promise<Settled & { more: boolean }> {
  const settled: Settled = { differences: [], unsettled: 0 };
  for (const piece of inPieces(keys, AT_ONCE)) {
    if (settled.differences.length >= atMost) return { ...settled, more: true };
    const { differences, unsettled } = await settlePiece(sides, table, piece, veil);
    settled.differences.push(...differences);
    settled.unsettled += unsettled;
  }
  return { ...settled, more: false };
}

async function settlePiece(sides: Sides, table: ComparedTable, keys: string[], veil: Veil): Promise<Settled> {
  const settling = new Settling(keys);
  for (let look = 0; look < LOOKS && settling.pending.length > 0; look += 1) {
    if (look > 0) await sleep(Math.min(2_000, 100 * 2 ** look));
    const { up, down } = await bothSides(sides, table, settling.pending, 'hash');
    settling.observe(new Map(up), digests(down));
  }
  const { differences, touched } = await explain(sides, table, settling.differing, veil);
  return { differences, unsettled: settling.pending.length + touched };
}

async function bothSides(sides: Sides, table: ComparedTable, keys: readonly string[], wanted: 'hash' | 'values') {
  const values = keys.map(keyValues);
  const moment = await sides.upstream(table, (ask) => ask<ListedRow>(rowsWithKeys(table, 'source', values, wanted)));
  const down = await sides.materialize<ListedRow>(moment.lsn, rowsWithKeys(table, 'materialize', values, wanted));
  return { up: byKey(table, moment.value, wanted), down: byKey(table, down, wanted) };
}

/** Names the columns. Texts that differ and mean the same are found here, and are no difference. */
async function explain(
  sides: Sides,
  table: ComparedTable,
  found: ReadonlyMap<string, Seen | null>,
  veil: Veil,
): Promise<{ differences: Difference[]; touched: number }> {
  if (found.size === 0) return { differences: [], touched: 0 };
  const { up, down } = await bothSides(sides, table, [...found.keys()], 'values');
  const differences: Difference[] = [];
  let touched = 0;
  for (const [key, seen] of found) {
    const [ours, theirs] = [up.get(key) ?? null, down.get(key) ?? null];
    // Written since it was found: what is read now is no evidence.
    if ((ours?.version ?? null) !== (seen?.version ?? null)) touched += 1;
    else differences.push(...difference(table, key, ours, theirs, veil));
  }
  return { differences, touched };
}

function difference(table: ComparedTable, key: string, up: Row | null, down: Row | null, veil: Veil): Difference[] {
  if (up === null && down === null) return [];
  const values = keyValues(key);
  const named = (table.key ?? []).map(({ name }, i) => [name, values[i] ?? ''] as const);
  // Of a row that one side has not, every column differs: nobody has to read that.
  const columns = up !== null && down !== null ? differentColumns(table, up, down, veil) : [];
  if (up !== null && down !== null && columns.length === 0 && !down.digest.includes(' ')) return [];
  return [
    {
      table: tableName(table.upstream),
      key: Object.fromEntries(named),
      hash: null,
      what: down === null ? 'missing' : up === null ? 'extra' : 'changed',
      columns,
    },
  ];
}
