import { digestOf, digestsOf, listed, rowsWithin, sampleKeys, upperBound } from '../../core/sql/verify/rows';
import { isTooSlow } from '../../core/verify/pace';
import type { Amount, ComparedTable, Digest, KeyRange, KeyValues } from '../../core/verify/types';
import { byKey, type ListedRow, type Row, type Veil } from './listing';
import { addDifferences, emptyOutcome, ENOUGH, type Outcome } from './outcome';
import { settle } from './settle';
import type { Sides } from './sides';

export interface KeyOptions {
  amount: Amount;
  /** Null where nobody ever counted. */
  estimatedRows: number | null;
  bytes: number;
  veil: Veil;
}

/** Ranges that Materialize is asked about at once. */
const BATCH = 16;
/** Rows of one place of a sample, and tables that are read whole as a sample of them would be no less. */
const SAMPLE = { rows: 1_000, places: 2_000, whole: 20_000 };
/** What the worker holds of one range whose values come to it. */
const HELD_BYTES = 4 * 1024 * 1024;

/** One range read upstream: sums over it, or its rows where the worker has to make them canonical. */
interface Chunk {
  range: KeyRange;
  lsn: bigint;
  rows: number;
  digest: string;
  listing: Map<string, Row> | null;
}

/** Compares a table range by range in the order of its key. */
export async function compareByKey(
  sides: Sides,
  table: ComparedTable,
  options: KeyOptions,
): Promise<Outcome & { stopped: string | null }> {
  const outcome = { ...emptyOutcome(), stopped: null };
  const places = await startsOf(sides, table, options);
  const end = places === null ? null : SAMPLE.rows;
  let after: KeyValues | null = null;
  for (let done = false; !done;) {
    const batch: Chunk[] = [];
    while (batch.length < BATCH && !done) {
      const start = places === null ? after : (places.pop() ?? null);
      const chunk: Chunk = await readChunk(sides, table, start, end ?? rowsAtOnce(sides, table, options));
      batch.push(chunk);
      after = chunk.range.upTo;
      done = places === null ? after === null : places.length === 0;
    }
    await compareBatch(sides, table, batch, options.veil, outcome);
    if (outcome.more) break;
    if (!done && isTooSlow(sides.pace)) {
      return { ...outcome, partial: true, stopped: 'upstream got slow, so that reading stopped' };
    }
  }
  return outcome;
}

/** Where a sample is taken; null: all of it. */
async function startsOf(
  sides: Sides,
  table: ComparedTable,
  { amount, estimatedRows, bytes }: KeyOptions,
): Promise<KeyValues[] | null> {
  const rows = estimatedRows ?? 0;
  if (amount === 'full' || rows <= SAMPLE.whole) return null;
  const wanted = Math.min(SAMPLE.places, Math.ceil((rows * amount.sample) / SAMPLE.rows));
  // Of more pages than places are wanted, so that they are not all at one end.
  const pages = Math.max(1, bytes / 8_192);
  const percent = 100 * Math.max((4 * wanted) / rows, 40 / pages);
  const statement = sampleKeys(table, percent, wanted);
  const { value } = await sides.upstream(table, (ask) => ask<ListedRow>(statement));
  const keys = value.map((row) => (table.key ?? []).map((_, i) => row[`k${i}`] ?? ''));
  return keys.length === 0 ? null : keys;
}

function rowsAtOnce({ pace }: Sides, table: ComparedTable, { estimatedRows, bytes }: KeyOptions): number {
  if (listed(table, 'hash').length === 0) return pace.rows;
  const each = bytes / Math.max(1, estimatedRows ?? 1);
  return Math.max(50, Math.min(pace.rows, Math.floor(HELD_BYTES / Math.max(100, each))));
}

async function readChunk(sides: Sides, table: ComparedTable, after: KeyValues | null, rows: number): Promise<Chunk> {
  const listing = listed(table, 'hash').length > 0;
  const { value, lsn, ms } = await sides.upstream(table, async (ask) => {
    const [last] = await ask<ListedRow>(upperBound(table, after, rows));
    const range = { after, upTo: last ? (table.key ?? []).map((_, i) => last[`k${i}`] ?? '') : null };
    if (!listing) return { range, sums: (await ask<Digest>(digestOf(table, range)))[0] ?? NOTHING, list: null };
    const list = await ask<ListedRow>(rowsWithin(table, 'source', range, 'hash'));
    return { range, sums: { ...NOTHING, rows: String(list.length) }, list };
  });
  sides.read(Number(value.sums.rows), ms);
  return {
    range: value.range,
    lsn,
    rows: Number(value.sums.rows),
    digest: text(value.sums),
    listing: value.list && byKey(table, value.list, 'hash'),
  };
}

const NOTHING: Digest = { rows: '0', high: '0', low: '0' };
const text = ({ rows, high, low }: Digest): string => `${rows} ${high} ${low}`;

async function compareBatch(
  sides: Sides,
  table: ComparedTable,
  batch: Chunk[],
  veil: Veil,
  outcome: Outcome,
): Promise<void> {
  const lsn = batch.reduce((last, chunk) => (chunk.lsn > last ? chunk.lsn : last), 0n);
  const summed = batch.filter(({ listing }) => listing === null);
  const there = new Map<number, string>();
  if (summed.length > 0) {
    const statement = digestsOf(
      table,
      summed.map(({ range }) => range),
    );
    for (const row of await sides.materialize<Digest & { part: number }>(lsn, statement))
      there.set(row.part, text(row));
  }
  for (const chunk of batch) {
    outcome.rows += chunk.rows;
    if (chunk.listing === null && there.get(summed.indexOf(chunk)) === chunk.digest) continue;
    await compareRows(sides, table, chunk, veil, outcome);
    if (outcome.more) return;
  }
}

async function compareRows(
  sides: Sides,
  table: ComparedTable,
  { range, lsn, listing }: Chunk,
  veil: Veil,
  outcome: Outcome,
): Promise<void> {
  let up = listing;
  let at = lsn;
  if (up === null) {
    const moment = await sides.upstream(table, (ask) => ask<ListedRow>(rowsWithin(table, 'source', range, 'hash')));
    up = byKey(table, moment.value, 'hash');
    at = moment.lsn;
  }
  const down = byKey(
    table,
    await sides.materialize<ListedRow>(at, rowsWithin(table, 'materialize', range, 'hash')),
    'hash',
  );
  const suspects = [...new Set([...up.keys(), ...down.keys()])].filter(
    (key) => up.get(key)?.digest !== down.get(key)?.digest,
  );
  const settled = await settle(sides, table, suspects, { atMost: ENOUGH - outcome.differing, veil });
  outcome.unsettled += settled.unsettled;
  addDifferences(outcome, settled.differences, settled.more);
}
