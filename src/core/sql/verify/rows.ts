import { byServer } from '../../verify/forms';
import type { ComparedTable, KeyColumn, KeyRange, KeyValues } from '../../verify/types';
import { holdStill } from '../foreign-code';
import { item } from '../items';
import { qualified } from '../quote';
import { columnOf, hashNumber, keyText, rowHash, type Side, valueText } from './values';

/** Statements that read rows of one table, or sums over their hashes, on either side. */

export interface Statement {
  sql: string;
  params: unknown[];
}

/** Upstream without the rows of tables that inherit from it, unless they are its partitions. */
function relation({ upstream, partitioned, target }: ComparedTable, side: Side): string {
  if (side === 'materialize') return item(target);
  return `${partitioned ? '' : 'ONLY '}${qualified(upstream.schema, upstream.name)}`;
}

/** Collects values as the parameters that texts of SQL name. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  addKey(key: readonly KeyColumn[], values: KeyValues): string[] {
    return key.map(({ type }, i) => this.add(values[i] ?? '', type));
  }
}

/**
 * Whether a key is behind (`>`) or up to (`<=`) values. Upstream compares rows, which its index knows; Materialize is asked
 * column by column.
 */
function compared(side: Side, key: readonly KeyColumn[], operator: '>' | '<=', values: string[]): string {
  const columns = key.map(({ name }) => columnOf(name));
  if (side === 'source') return `(${columns.join(', ')}) ${operator} (${values.join(', ')})`;
  const strict = operator === '>' ? '>' : '<';
  const cases = columns.map((column, i) => {
    const equal = columns.slice(0, i).map((before, j) => `${before} = ${values[j]}`);
    const last = i === columns.length - 1 ? operator : strict;
    return [...equal, `${column} ${last} ${values[i]}`].join(' AND ');
  });
  return `(${cases.map((one) => `(${one})`).join(' OR ')})`;
}

function within(side: Side, key: readonly KeyColumn[], { after, upTo }: KeyRange, params: Parameters): string {
  const conditions = [
    ...(after === null ? [] : [compared(side, key, '>', params.addKey(key, after))]),
    ...(upTo === null ? [] : [compared(side, key, '<=', params.addKey(key, upTo))]),
  ];
  return conditions.length === 0 ? 'true' : `(${conditions.join(' AND ')})`;
}

const keyOf = ({ key, upstream }: ComparedTable): KeyColumn[] => {
  if (key === null) throw new Error(`${upstream.name} has no key to be read by`);
  return key;
};

/** OFFSET 0 keeps a server from computing the hash anew for each of its bytes. */
const HASHED = 'OFFSET 0';

const SUMS = `pg_catalog.count(*)::text AS rows, coalesce(pg_catalog.sum(${hashNumber('h', 0)}), 0)::text AS high,
  coalesce(pg_catalog.sum(${hashNumber('h', 7)}), 0)::text AS low`;

/** The key of the last of the next `rows` rows; no row where fewer are left. */
export function upperBound(table: ComparedTable, after: KeyValues | null, rows: number): Statement {
  const key = keyOf(table);
  const params = new Parameters();
  const columns = key.map(({ name }, i) => `${keyText(name)} AS k${i}`).join(', ');
  const where = within('source', key, { after, upTo: null }, params);
  const order = key.map(({ name }) => columnOf(name)).join(', ');
  const sql = `SELECT ${columns} FROM ${relation(table, 'source')} AS t WHERE ${where} ORDER BY ${order} OFFSET ${Math.max(0, Math.trunc(rows) - 1)} LIMIT 1`;
  return { sql, params: params.values };
}

/** Keys to begin samples at, from as many pages as it takes: `percent` of them. */
export function sampleKeys(table: ComparedTable, percent: number, atMost: number): Statement {
  const key = keyOf(table);
  const columns = key.map(({ name }, i) => `${keyText(name)} AS k${i}`).join(', ');
  const share = Math.min(100, Math.max(0.000001, percent));
  const sql = `SELECT ${columns} FROM ${relation(table, 'source')} AS t TABLESAMPLE pg_catalog.system (${share.toFixed(6)}) ORDER BY pg_catalog.random() LIMIT ${Math.trunc(atMost)}`;
  return { sql, params: [] };
}

const sumsOf = (table: ComparedTable, side: Side, where: string, part = ''): string =>
  `SELECT ${part}${SUMS} FROM (SELECT ${rowHash(table.columns, side)} AS h FROM ${relation(table, side)} AS t WHERE ${where} ${HASHED}) AS r`;

/** Count and sums of one range upstream. */
export function digestOf(table: ComparedTable, range: KeyRange): Statement {
  const params = new Parameters();
  const where = within('source', keyOf(table), range, params);
  return { sql: sumsOf(table, 'source', where), params: params.values };
}

/** Count and sums of several ranges in Materialize, of one moment; `part` is the range's place in the list. */
export function digestsOf(table: ComparedTable, ranges: readonly KeyRange[]): Statement {
  const key = keyOf(table);
  const params = new Parameters();
  const parts = ranges.map((range, i) => {
    const where = within('materialize', key, range, params);
    return `(${sumsOf(table, 'materialize', where, `${i} AS part, `)})`;
  });
  return { sql: parts.join(' UNION ALL '), params: params.values };
}

/** What is asked of each row: its hash alone, with what the worker makes canonical, or every value. */
export type Wanted = 'hash' | 'values';

/** Columns of a listing by their place: `v0` is the first one that comes as text. */
export const listed = ({ columns }: ComparedTable, wanted: Wanted) =>
  wanted === 'values' ? columns : columns.filter(({ form }) => !byServer(form));

function listing(table: ComparedTable, side: Side, wanted: Wanted): string {
  const key = (table.key ?? []).map(({ name }, i) => `${keyText(name)} AS k${i}`);
  const values = listed(table, wanted).map((column, i) => `${valueText(column, side)} AS v${i}`);
  // A row that was written again is another version of it, also where it looks the same.
  const version = side === 'source' ? [`t.xmin::text || ' ' || t.ctid::text AS version`] : [];
  return [...key, `pg_catalog.encode(${rowHash(table.columns, side)}, 'hex') AS hash`, ...version, ...values].join(
    ', ',
  );
}

/** The rows of one range, each by itself. */
export function rowsWithin(table: ComparedTable, side: Side, range: KeyRange, wanted: Wanted): Statement {
  const params = new Parameters();
  const where = within(side, keyOf(table), range, params);
  const sql = `SELECT ${listing(table, side, wanted)} FROM ${relation(table, side)} AS t WHERE ${where}`;
  return { sql, params: params.values };
}

/** The rows with these keys. */
export function rowsWithKeys(table: ComparedTable, side: Side, keys: readonly KeyValues[], wanted: Wanted): Statement {
  const key = keyOf(table);
  const params = new Parameters();
  const rows = keys.map((values) => `(${params.addKey(key, values).join(', ')})`).join(', ');
  const names = key.map((_, i) => `w${i}`);
  const on = key.map(({ name }, i) => `${columnOf(name)} = wanted.w${i}`).join(' AND ');
  const sql = `SELECT ${listing(table, side, wanted)} FROM ${relation(table, side)} AS t
    JOIN (VALUES ${rows}) AS wanted (${names.join(', ')}) ON ${on}`;
  return { sql, params: params.values };
}

/** In how many groups the rows of a table without a key are compared: by the first bits of their hashes. */
export const GROUPS = 4096;

const groupOf = (hash: string): string => `pg_catalog.get_byte(${hash}, 0) * 16 + pg_catalog.get_byte(${hash}, 1) / 16`;

/** Count and sums of every group of the whole table. */
export function groupDigests(table: ComparedTable, side: Side): Statement {
  const inner = `SELECT ${rowHash(table.columns, side)} AS h FROM ${relation(table, side)} AS t ${HASHED}`;
  const sql = `SELECT ${groupOf('h')} AS part, ${SUMS} FROM (${inner}) AS r GROUP BY 1`;
  return { sql, params: [] };
}

/** The rows of some groups with every value, at most so many. */
export function rowsOfGroups(table: ComparedTable, side: Side, groups: readonly number[], atMost: number): Statement {
  const hash = rowHash(table.columns, side);
  const list = groups.map((group) => Math.trunc(group)).join(', ');
  const sql = `SELECT ${listing(table, side, 'values')} FROM ${relation(table, side)} AS t
    WHERE ${groupOf(hash)} IN (${list}) LIMIT ${Math.trunc(atMost)}`;
  return { sql, params: [] };
}

/**
 * Upstream: one short moment of the table, for reading alone and without more than one process. Where policies would hide
 * rows from us, reading fails: what is hidden must not look like what is missing.
 */
const BEGIN_READING = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL max_parallel_workers_per_gather = 0`;

/** The beginning of a moment of one table, in which no code of somebody else runs. */
export const beginReading = ({ upstream, partitioned, foreign }: ComparedTable): string =>
  `${BEGIN_READING}; ${holdStill(upstream, { only: !partitioned, foreign })}`;

/**
 * After the rows: whatever they show was in the WAL before. A standby shows a commit a moment before it says that it has
 * replayed it, and never one that it has not received.
 */
export const WAL_END =
  `SELECT ((CASE WHEN pg_catalog.pg_is_in_recovery() ` +
  `THEN greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn()) ` +
  `ELSE pg_catalog.pg_current_wal_insert_lsn() END) - '0/0'::pg_lsn)::text AS lsn`;
export const END_READING = 'COMMIT';

/** How far the source is: what upstream wrote before this is in its tables. */
export const progress = (name: ComparedTable['target']): string => `SELECT lsn::text AS lsn FROM ${item(name)}`;
