import { createHash } from 'node:crypto';
import { listed, type Wanted } from '../../core/sql/verify/rows';
import { canonical } from '../../core/verify/canonical';
import type { ComparedTable, KeyValues } from '../../core/verify/types';

/** Rows as the statements of core/sql/verify list them. */
export type ListedRow = Record<string, string | null>;

export interface Row {
  values: KeyValues;
  digest: string;
  version: string;
  /** Canonical, by column; empty where values were not asked for. */
  columns: Record<string, string | null>;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The rows by their keys. Several with one key, which only a copy that is wrong has, count as one that is like no other. */
export function byKey(table: ComparedTable, listing: readonly ListedRow[], wanted: Wanted): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const one of listing) {
    const row = read(table, one, wanted);
    const key = keyText(row.values);
    const other = rows.get(key);
    rows.set(key, other === undefined ? row : { ...row, digest: [other.digest, row.digest].sort().join(' ') });
  }
  return rows;
}

export function read(table: ComparedTable, row: ListedRow, wanted: Wanted): Row {
  const texts = listed(table, wanted).map(
    ({ name, form }, i) => [name, canonical(form, row[`v${i}`] ?? null)] as const,
  );
  const values = (table.key ?? []).map(({ name }, i) => {
    const form = table.columns.find((column) => column.name === name)?.form;
    return (form && canonical(form, row[`k${i}`] ?? null)) ?? row[`k${i}`] ?? '';
  });
  const hash = row.hash ?? '';
  return {
    values,
    // What the servers could not make canonical counts as the worker made it.
    digest: wanted === 'hash' && texts.length > 0 ? sha256(JSON.stringify([hash, texts])) : hash,
    version: row.version ?? '',
    columns: Object.fromEntries(texts),
  };
}

/** A key as one text, and back. */
export const keyText = (values: KeyValues): string => JSON.stringify(values);
export const keyValues = (text: string): KeyValues => JSON.parse(text) as KeyValues;

export const digests = (rows: ReadonlyMap<string, Row>): Map<string, string> =>
  new Map([...rows].map(([key, { digest }]) => [key, digest]));

/** What stands for values that nobody asked to see: the same on both sides, another in each run. */
export type Veil = (value: string | null) => string | null;

export function veil(showValues: boolean, salt: string): Veil {
  if (showValues) return (value) => (value === null || value.length <= SHOWN ? value : `${value.slice(0, SHOWN)}…`);
  return (value) => (value === null ? null : `#${sha256(salt + value).slice(0, 12)}`);
}

const SHOWN = 200;
