import { byServer } from '../../verify/forms';
import type { ComparedColumn } from '../../verify/types';
import { quoteIdent } from '../quote';
import { digest } from './materialize';

/** Texts of values that both servers print alike. Both know the functions of `pg_catalog` under that name. */

export type Side = 'source' | 'materialize';

/** Between a value and the next; a value that holds one gets a dot behind it, so that no two rows read the same. */
const UNIT = 'pg_catalog.chr(31)';
/** Functions take at most a hundred arguments. */
const ARGUMENTS = 50;

export const columnOf = (name: string): string => `t.${quoteIdent(name)}`;

/** A key's value, in the text it is cast back from. */
export const keyText = (name: string): string => `${columnOf(name)}::text`;

/** Written out, without zeros that say nothing: the systems keep another number of them. */
const writtenOut = (number: string): string =>
  `CASE WHEN ${number}::text LIKE '%.%' THEN pg_catalog.rtrim(pg_catalog.rtrim(${number}::text, '0'), '.') ELSE ${number}::text END`;

/**
 * Between these bounds the systems begin to use exponents at different numbers; written out, they agree. Outside of them
 * only the way an exponent is written differs. -0 is 0.
 */
function float(column: string): string {
  const size = `pg_catalog.abs(${column}::float8)`;
  return `CASE WHEN ${column}::float8 = '0'::float8 THEN '0'
    WHEN ${size} >= '1e-15'::float8 AND ${size} < '1e20'::float8 THEN ${writtenOut(`${column}::text::numeric`)}
    ELSE pg_catalog.replace(${column}::text, 'e+', 'e') END`;
}

/** The value as text: canonical where servers can do that, else as it prints, for the worker to make it so. */
export function valueText({ name, form }: ComparedColumn, side: Side): string {
  const column = columnOf(name);
  if (form.array || form.of === 'range') return `${column}::text`;
  switch (form.kind) {
    case 'bool':
      return `CASE WHEN ${column} THEN 't' WHEN NOT ${column} THEN 'f' END`;
    case 'numeric':
      return writtenOut(column);
    case 'float4':
    case 'float8':
      return float(column);
    case 'char':
      return `pg_catalog.rtrim(${column}::text, ' ')`;
    case 'bytea':
      return `pg_catalog.encode(${column}, 'hex')`;
    case 'output':
      // What the type prints; a cast to text is something else for some types.
      if (side === 'materialize') return `${column}::text`;
      return `CASE WHEN NOT ${column} IS NULL THEN pg_catalog.format('%s', ${column}) END`;
    default:
      return `${column}::text`;
  }
}

/** Hash of what the servers can make canonical by themselves, the same bytes on both sides. */
export function rowHash(columns: readonly ComparedColumn[], side: Side): string {
  const values = columns.filter(({ form }) => byServer(form)).map((column) => part(column, side));
  const groups = inPieces(values, ARGUMENTS).map((some) => `pg_catalog.concat(${some.join(', ')})`);
  const text = groups.length > 1 ? `pg_catalog.concat(${groups.join(', ')})` : (groups[0] ?? "''");
  return side === 'source' ? `pg_catalog.sha256(pg_catalog.convert_to(${text}, 'UTF8'))` : digest(text);
}

const part = (column: ComparedColumn, side: Side): string =>
  `coalesce(pg_catalog.replace(${valueText(column, side)}, ${UNIT}, ${UNIT} || '.'), ${UNIT} || 'n') || ${UNIT} || ','`;

/** Seven bytes of a hash as a number; sums of a billion of them are exact in both systems. */
export function hashNumber(hash: string, from: number): string {
  const bytes = [0, 1, 2, 3, 4, 5, 6].map((i) => `pg_catalog.get_byte(${hash}, ${from + i})::int8 * ${256 ** (6 - i)}`);
  return `(${bytes.join(' + ')})`;
}

export function inPieces<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
