import type { UpstreamColumn, UpstreamTable } from '../../contract';
import { lostText } from '../errors';

/** Types whose values Materialize cannot all hold, by OID, as recorded: why a text is refused, null where it is fine. */
const JUDGES: ReadonlyMap<number, (text: string) => string | null> = new Map([
  [1082, (text) => instant('date', text)],
  [1114, (text) => instant('timestamp', text)],
  [1184, (text) => instant('timestamp with time zone', text)],
  [1083, (text) => (text.startsWith('24:') ? invalid('time', 'HOUR must be [0, 23], got 24', text) : null)],
  [1700, numeric],
]);

/** Digits before the point that a numeric of Materialize holds. */
const MOST_DIGITS = 39;

const invalid = (type: string, why: string, text: string): string =>
  `invalid input syntax for type ${type}: ${why}: "${text}"`;

const instant = (type: string, text: string): string | null =>
  text.endsWith('infinity') ? invalid(type, 'YEAR, MONTH, DAY are all required', text) : null;

function numeric(text: string): string | null {
  if (text.endsWith('Infinity')) return `invalid input syntax for type numeric: "${text}"`;
  const digits = text.replace(/^-/, '').split('.')[0] ?? '';
  return digits.length > MOST_DIGITS
    ? `"${text}" is out of range for type numeric: exceeds maximum precision ${MOST_DIGITS}`
    : null;
}

function refused({ typeOid, asText }: UpstreamColumn, text: string): string | null {
  if (asText) return null;
  // No type but arrays prints a value that begins so.
  if (/^\[-?\d{1,9}:/.test(text)) return invalid('array', 'Specifying array lower bounds is not supported', text);
  return JUDGES.get(typeOid)?.(text) ?? null;
}

/** What a read of the table says while it has this row; null where every value can be held. */
export function castError(table: UpstreamTable, row: readonly (string | null)[]): string | null {
  for (const [at, column] of table.columns.entries()) {
    const text = row[at] ?? null;
    const why = text === null ? null : refused(column, text);
    if (why !== null) return lostText(`failed to cast raw column: ${why}`);
  }
  return null;
}

/** Columns that may hold such a value. */
export const mayRefuse = (table: UpstreamTable): boolean =>
  table.columns.some(({ typeOid, asText }) => !asText && (JUDGES.has(typeOid) || !SCALARS.has(typeOid)));

/** Everyday types that cannot: they spare a look at every copied row. */
const SCALARS = new Set([16, 17, 18, 20, 21, 23, 25, 26, 114, 700, 701, 1042, 1043, 2950, 3802]);
