import { item, type ItemName } from '../../sql/items';
import { qualified, quoteIdent, quoteLiteral } from '../../sql/quote';
import type { TableName } from '../../sql/upstream';
import type { HoldingColumn } from './columns/values';

/** Statements about one table: those that drop it in Materialize, and those that findings offer. */

/** One subsource (ALTER SOURCE … DROP SUBSOURCE works in no version). Fails where something is built on it. */
export const dropSubsource = (name: ItemName): string => `DROP SOURCE IF EXISTS ${item(name)} RESTRICT`;

/** One source table. Fails where something is built on it. */
export const dropTable = (name: ItemName): string => `DROP TABLE IF EXISTS ${item(name)} RESTRICT`;

/** A name alone, as a person in the right schema types it. */
export const renameTable = (kind: 'subsource' | 'table', from: string, to: string): string =>
  `ALTER ${kind === 'table' ? 'TABLE' : 'SOURCE'} ${quoteIdent(from)} RENAME TO ${quoteIdent(to)}`;

/** By the name as it was read, which may be bare; for a person to look at. */
export const dropDependent = ({ type, name }: { type: string; name: string }): string =>
  `DROP ${type.toUpperCase().replaceAll('-', ' ')} ${name}`;

/**
 * What the server's own output functions print of a value. A cast to text may be a function of whoever made the type or owns the
 * table, and would run as whoever sends the statement, or pastes it.
 */
const printed = (value: string): string => `pg_catalog.format('%s', ${value})`;

const contains = (value: string, text: string): string =>
  `pg_catalog.strpos(${printed(value)}, ${quoteLiteral(text)}) > 0`;

/** Rows upstream that hold a text in whatever column; reads the whole table. */
export const rowsHolding = ({ schema, name }: TableName, text: string): string =>
  `SELECT * FROM ${qualified(schema, name)} AS t WHERE ${contains('t.*', text)}`;

const holds = ({ name, inside }: HoldingColumn, text: string): string => {
  const column = quoteIdent(name);
  return inside ? contains(column, text) : `${printed(column)} = ${quoteLiteral(text)}`;
};

/** The same where the columns are known. */
export const rowsWith = ({ schema, name }: TableName, columns: readonly HoldingColumn[], text: string): string =>
  `SELECT * FROM ${qualified(schema, name)} WHERE ${columns.map((column) => holds(column, text)).join(' OR ')}`;

/** Whether each of the columns holds it, in the order given, by the first rows that do; for us to send. */
export function columnsHolding({ schema, name }: TableName, columns: readonly HoldingColumn[], text: string): string {
  const looks = columns.map((column) => holds(column, text));
  return `SELECT ARRAY[${columns.map((_, at) => `pg_catalog.bool_or(f.c${at})`).join(', ')}] AS holds
   FROM (SELECT ${looks.map((look, at) => `${look} AS c${at}`).join(', ')}
         FROM ${qualified(schema, name)} WHERE ${looks.join(' OR ')} LIMIT 20) f`;
}

/** Rewrites the table. */
export const setLogged = ({ schema, name }: TableName): string => `ALTER TABLE ${qualified(schema, name)} SET LOGGED`;

export const analyze = ({ schema, name }: TableName): string => `ANALYZE ${qualified(schema, name)}`;
