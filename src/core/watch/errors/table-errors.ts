import type { RefusedValue } from '../../objects/tables/columns/values';
import { COLUMN_CHANGED, KEY_CHANGED, NOT_NULL_DROPPED } from '../rules/schema-changes';
import { REPAIR, type SourceError } from '../source-errors';

/** Of a value that Materialize cannot hold: the table's status keeps it after the row is gone. */
const VALUE = /invalid UTF8 string|failed to cast raw column/;

/** Why a value cannot be held, in Materialize's words, with the value where it is quoted; null for any other text. */
export function valueRefused(text: string | null): RefusedValue | null {
  if (text === null || !VALUE.test(text)) return null;
  const why = text.slice(text.search(VALUE)).replace('failed to cast raw column: ', '');
  const value = /"([^"]{1,200})"/.exec(why)?.[1] ?? null;
  const type = / for type ([a-z ]{1,40})(?::|$)/.exec(why)?.[1] ?? null;
  return { why, value, type };
}

/** Dropped, renamed or not published any more: the text is the same. */
const DROPPED = /table was dropped(?! and recreated)/;

/** Errors of one table, which the rest of the source survives. */
export const TABLE_ERRORS: readonly SourceError[] = [
  // Before all others: these texts hold names, which may read like anything.
  tableError(
    KEY_CHANGED,
    'a constraint that it was copied with is not what it was upstream',
    'incompatible schema change on public.orders: UNIQUE constraint "orders_a_key" (a, b) was dropped and recreated upstream',
  ),
  tableError(
    NOT_NULL_DROPPED,
    'a constraint that it was copied with is gone upstream',
    'incompatible schema change on public.orders: the NOT NULL constraint on column "a" was dropped upstream',
  ),
  tableError(
    COLUMN_CHANGED,
    'a replicated column was dropped or changed upstream',
    'incompatible schema change on public.orders: column "a" was dropped or renamed upstream',
  ),
  tableError(/table was truncated/, 'it was truncated upstream', 'table was truncated'),
  tableError(
    /was renamed or moved upstream/,
    'it was renamed or moved to another schema upstream',
    'incompatible schema change: source table orders with oid 16416 was renamed or moved upstream',
  ),
  tableError(
    /was dropped and recreated upstream/,
    'it was dropped and made again upstream',
    'incompatible schema change: source table orders with oid 16416 was dropped and recreated upstream',
  ),
  tableError(DROPPED, 'it was dropped, renamed, or taken out of the publication upstream', 'table was dropped'),
  tableError(
    /incompatible schema change|has been altered/,
    'a replicated column was dropped or changed upstream, or lost its NOT NULL, primary key or unique constraint',
    'incompatible schema change: source table altered with oid 16416 has been altered',
  ),
  tableError(
    /old row missing from replication stream|TOASTed value missing/,
    'its replica identity was weakened upstream',
    'old row missing from replication stream. Did you forget to set REPLICA IDENTITY to FULL for your table?',
  ),
  {
    rule: 'table-error',
    pattern: VALUE,
    permanent: false,
    meaning: 'a row holds a value that Materialize cannot',
    next: 'correct or delete that row upstream; the table goes on by itself',
    example: 'postgres: invalid UTF8 string: invalid utf-8 sequence of 1 bytes from index 1',
  },
  tableError(
    /saw retractions|[Nn]on-positive multiplicity|negative accumulation/,
    'changes came for rows it never had: something was left out of the stream before',
    'Invalid data in source, saw retractions (1) for row that does not exist',
  ),
  tableError(
    /unexpected number of columns while parsing COPY|failed to parse COPY protocol|unexpected binary data in replication/,
    'what upstream sent could not be read',
    'unexpected number of columns while parsing COPY output',
  ),
  tableError(
    /source must be dropped and recreated/,
    'it cannot go on',
    'Source error: source must be dropped and recreated due to failure',
  ),
];

function tableError(pattern: RegExp, meaning: string, example: string): SourceError {
  return { rule: 'table-error', pattern, permanent: true, meaning, next: REPAIR, example: `postgres: ${example}` };
}

export const tableErrorOf = (text: string | null): SourceError | null =>
  (text !== null && TABLE_ERRORS.find((known) => known.pattern.test(text))) || null;

export const isDropped = (text: string | null): boolean => text !== null && DROPPED.test(text);
