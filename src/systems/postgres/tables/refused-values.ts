import { SQLSTATE } from '../../../core/failures/rules/sqlstate';
import { hasForeign, holdStill } from '../../../core/sql/foreign-code';
import { candidates } from '../../../core/objects/tables/columns/refused-values';
import { columnsHolding } from '../../../core/objects/tables/statements';
import type { RefusedColumns, RefusedValue, TypedColumn } from '../../../core/objects/tables/columns/values';
import type { TableName } from '../../../core/sql/upstream';
import { isStatementRefused, SystemError } from '../../errors';
import type { SqlClient } from '../../sql-client';

/** The table may be large, and nobody is told anything meanwhile. */
const LOOK_MS = 5_000;

const COLUMNS = `
  SELECT ${hasForeign('c.oid')} AS "foreign", a.attname::text AS name, pg_catalog.format_type(b.oid, NULL) AS type,
         CASE WHEN b.typcategory = 'A' THEN pg_catalog.format_type(b.typelem, NULL) END AS element
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  WHERE n.nspname = $1 AND c.relname = $2 ORDER BY a.attnum`;

/**
 * Which columns of a table hold a value that Materialize refused. By their types where only one comes into question, else by
 * the first rows that hold it; those that come into question where no row was found in time. Null: none does.
 */
export async function findRefused(
  client: SqlClient,
  table: TableName,
  refused: RefusedValue,
  otherwise: readonly string[],
): Promise<RefusedColumns | null> {
  if (refused.value === null) return null;
  const all = await client.query<TypedColumn & { foreign: boolean }>(COLUMNS, [table.schema, table.name]);
  const foreign = all.some((column) => column.foreign);
  const columns = candidates(all, refused, otherwise);
  if (columns.length <= 1) return columns.length === 0 ? null : { columns, sure: true };
  const holding = await look(
    client,
    `${holdStill(table, { only: false, foreign })}; ${columnsHolding(table, columns, refused.value)}`,
  );
  const found = columns.filter((_, at) => holding[at] === true);
  return found.length > 0 ? { columns: found, sure: true } : { columns, sure: false };
}

/** Nothing where it takes too long, is not allowed or could run code of somebody else: then nobody is sure. */
async function look(client: SqlClient, statement: string): Promise<(boolean | null)[]> {
  try {
    const [row] = await client.query<{ holds: (boolean | null)[] }>(statement, undefined, LOOK_MS);
    return row?.holds ?? [];
  } catch (error) {
    const tookTooLong = error instanceof SystemError && error.info.code === SQLSTATE.QUERY_CANCELED;
    if (tookTooLong || isStatementRefused(error)) return [];
    throw error;
  }
}
