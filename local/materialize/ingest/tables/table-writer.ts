import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pool, PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { UpstreamTable } from '../../contract';
import { ident } from '../../upstream';
import { copyLine } from './copy-text';
import { physical } from '../store';

/** A row and how often it comes (positive) or goes (negative). */
interface Change {
  values: (string | null)[];
  count: number;
}

/** Columns by which a row is found through an index: the primary key, or a unique constraint that admits no nulls. */
export function lookupKey(table: UpstreamTable): string[] | null {
  const usable = table.keys.filter((key) =>
    key.columns.every((name) => table.columns.some((column) => column.name === name && !column.nullable)),
  );
  return (usable.find((key) => key.isPrimary) ?? usable[0])?.columns ?? null;
}

/**
 * Collects the net effect of changes on one table and writes it. With REPLICA IDENTITY FULL every update carries the
 * whole old row, so changes are a multiset difference: order within a batch does not matter, equal rows are counted.
 */
export class TableWriter {
  private readonly changes = new Map<string, Change>();
  private deleteQuery: string | null = null;

  constructor(
    readonly tableId: string,
    private readonly table: UpstreamTable,
  ) {}

  get size(): number {
    return this.changes.size;
  }

  /** Answers roughly how many bytes the change holds. */
  add(values: (string | null)[], count: 1 | -1): number {
    const line = copyLine(values);
    const change = this.changes.get(line);
    if (change === undefined) this.changes.set(line, { values, count });
    else if (change.count + count === 0) this.changes.delete(line);
    else change.count += count;
    return line.length * 2;
  }

  /** Writes and forgets the collected changes. Answers how many rows to be removed were not there. */
  async write(client: PoolClient): Promise<number> {
    const gone = [...this.changes.values()].filter(({ count }) => count < 0);
    const come = [...this.changes].filter(([, { count }]) => count > 0);
    this.changes.clear();
    const missing = gone.length === 0 ? 0 : await this.remove(client, gone);
    if (come.length > 0) await this.insert(client, come);
    return missing;
  }

  private async remove(client: PoolClient, gone: Change[]): Promise<number> {
    this.deleteQuery ??= await this.buildDelete(client);
    const columns = this.table.columns.map((_, i) => gone.map(({ values }) => values[i] ?? null));
    const counts = gone.map(({ count }) => -count);
    const { rowCount } = await client.query(this.deleteQuery, [counts, ...columns]);
    return counts.reduce((sum, count) => sum + count, 0) - (rowCount ?? 0);
  }

  /**
   * Rows are compared as records of text: that is what the stream carries, and it works for types without equality.
   * A key narrows the search to an index; without one the table is read once per batch.
   */
  private async buildDelete(client: Pick<Pool, 'query'>): Promise<string> {
    const target = physical(this.tableId);
    const { rows } = await client.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
      [target],
    );
    const type = new Map(rows.map((row) => [row.name, row.type]));
    const names = this.table.columns.map(({ name }) => name);
    const incoming = names.map((_, i) => `c${i}`);
    const unnest = ['$1::int8[]', ...names.map((_, i) => `$${i + 2}::text[]`)].join(', ');
    const gone = `SELECT count, ROW(${incoming.join(', ')})::text AS record, ${incoming.join(', ')}
      FROM unnest(${unnest}) AS u (count, ${incoming.join(', ')})`;
    const record = `ROW(${names.map((name) => `t.${ident(name)}`).join(', ')})::text`;
    const byKey = (lookupKey(this.table) ?? []).map(
      (name) => `t.${ident(name)} = g.c${names.indexOf(name)}::${type.get(name)}`,
    );
    // Where there is a key, the planner must not join by the records: it would sort the whole table.
    const sameRecord = `${record} ${byKey.length === 0 ? '=' : 'IS NOT DISTINCT FROM'} g.record`;
    return `
      WITH g AS MATERIALIZED (${gone})
      DELETE FROM ${target} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM (
          SELECT t.ctid, g.count, row_number() OVER (PARTITION BY g.record) AS n
          FROM g JOIN ${target} t ON ${[...byKey, sameRecord].join(' AND ')}) AS found
        WHERE n <= count))`;
  }

  private async insert(client: PoolClient, come: [string, Change][]): Promise<void> {
    await pipeline(Readable.from(chunks(come)), client.query(copyFrom(copyInto(this.tableId, this.table))));
  }
}

const CHUNK = 64 * 1024;

function* chunks(rows: [string, Change][]): Generator<string> {
  let chunk = '';
  for (const [line, { count }] of rows) {
    chunk += `${line}\n`.repeat(count);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

export const columnList = (table: UpstreamTable): string => table.columns.map(({ name }) => ident(name)).join(', ');

export const copyInto = (tableId: string, table: UpstreamTable): string =>
  `COPY ${physical(tableId)}${inParentheses(columnList(table))} FROM STDIN`;

/** A table may be without columns. */
export const inParentheses = (columns: string): string => (columns === '' ? '' : ` (${columns})`);
