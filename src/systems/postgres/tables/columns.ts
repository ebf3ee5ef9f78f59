import { ingestOf } from '../../../core/ingestible-types';
import type { ColumnFacts } from '../../../core/objects/tables/facts';
import type { SqlClient } from '../../sql-client';
import type { TableName as UpstreamTable } from '../../../core/sql/upstream';
import { WANTED } from './partitions';

export const COLUMNS = `
  SELECT a.attrelid AS oid, a.attname::text AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
         a.atttypid AS type_oid, a.atttypmod AS type_mod, NOT a.attnotnull AS nullable,
         CASE pg_catalog.to_jsonb(a) ->> 'attgenerated' WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END AS generated,
         CASE WHEN pg_catalog.to_jsonb(a) ->> 'attgenerated' <> '' THEN
           (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum)
         END AS expression
  FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attrelid, a.attnum`;

export interface ColumnRow extends Omit<ColumnFacts, 'typeOid' | 'ingest'> {
  oid: number;
  type_oid: number;
  type_mod: number;
}

export function column({ oid: _oid, type_oid: typeOid, type_mod: typeMod, ...rest }: ColumnRow): ColumnFacts {
  return { ...rest, typeOid, ingest: ingestOf(typeOid, typeMod) };
}

/** The columns of tables alone, of those that exist. */
export async function readColumnsOf(
  client: SqlClient,
  tables: readonly UpstreamTable[],
): Promise<(UpstreamTable & { columns: ColumnFacts[] })[]> {
  const found = await client.query<UpstreamTable & { oid: number }>(
    `SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name FROM (${WANTED}) AS w
     JOIN pg_catalog.pg_class c ON c.oid = w.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`,
    [tables.map(({ schema }) => schema), tables.map(({ name }) => name)],
  );
  const rows = await client.query<ColumnRow>(COLUMNS, [found.map(({ oid }) => oid)]);
  return found.map(({ oid, schema, name }) => ({
    ...{ schema, name, columns: rows.filter((row) => row.oid === oid).map(column) },
  }));
}
