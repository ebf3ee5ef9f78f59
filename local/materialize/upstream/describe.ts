import type { Client } from 'pg';
import type { UpstreamColumn, UpstreamTable } from '../contract';

interface TableRow {
  oid: number;
  schemaname: string;
  tablename: string;
}
interface ColumnRow {
  table_oid: number;
  name: string;
  attnum: number;
  typoid: number;
  typmod: number;
  not_null: boolean;
}
interface KeyRow {
  table_oid: number;
  name: string;
  is_primary: boolean;
  columns: string[];
}

const TABLES = `
  SELECT c.oid, p.schemaname, p.tablename
  FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
    JOIN pg_catalog.pg_publication_tables AS p ON c.relname = p.tablename AND n.nspname = p.schemaname
  WHERE p.pubname = $1 AND ($2::oid[] IS NULL OR c.oid = ANY ($2::oid[]))
    AND ($3::text[] IS NULL OR c.relname = ANY ($3::text[]))
  ORDER BY p.schemaname, p.tablename`;

/**
 * Of a publication that lists very many: the view opens each of them whenever one is asked for, which takes hours where
 * every table is made by a statement of its own.
 */
const LISTED = `
  SELECT c.oid, n.nspname AS schemaname, c.relname AS tablename
  FROM pg_catalog.pg_publication AS p
    JOIN pg_catalog.pg_publication_rel AS r ON r.prpubid = p.oid
    JOIN pg_catalog.pg_class AS c ON c.oid = r.prrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE p.pubname = $1 AND c.relname = ANY ($2::text[]) AND c.relkind = 'r' AND NOT c.relispartition
    AND (SELECT count(*) FROM pg_catalog.pg_publication_rel AS all_of_it WHERE all_of_it.prpubid = p.oid) > 1000
  ORDER BY 2, 3`;

const columnsQuery = (hasGenerated: boolean): string => `
  SELECT a.attrelid AS table_oid, a.attname AS name, a.attnum::int4 AS attnum, a.atttypid AS typoid,
    a.atttypmod AS typmod, a.attnotnull AS not_null
  FROM pg_catalog.pg_attribute a
  WHERE a.attnum > 0 AND NOT a.attisdropped AND ${hasGenerated ? "a.attgenerated = ''" : 'true'}
    AND a.attrelid = ANY ($1::oid[])
  ORDER BY a.attnum`;

const KEYS = `
  SELECT k.conrelid AS table_oid, k.conname AS name, k.contype = 'p' AS is_primary,
    (SELECT array_agg(a.attname::text ORDER BY c.n)
     FROM unnest(k.conkey) WITH ORDINALITY AS c(attnum, n)
       JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.attnum) AS columns
  FROM pg_catalog.pg_constraint k
  WHERE k.conrelid = ANY ($1::oid[]) AND k.contype IN ('p', 'u')
  ORDER BY k.contype, k.conname`;

/** Column numbers by which Postgres says attgenerated exists: 12. */
const WITH_GENERATED = 120_000;

export async function publicationExists(client: Client, publication: string): Promise<boolean> {
  const { rows } = await client.query('SELECT 1 FROM pg_catalog.pg_publication WHERE pubname = $1', [publication]);
  return rows.length > 0;
}

export async function hasTables(client: Client, publication: string): Promise<boolean> {
  const query = 'SELECT 1 FROM pg_catalog.pg_publication_tables WHERE pubname = $1 LIMIT 1';
  return (await client.query(query, [publication])).rows.length > 0;
}

/**
 * The publication's tables as they are now, or those of `oids` or `names` that are in it, generated columns left out.
 * Waits while somebody holds a table ACCESS EXCLUSIVE, as Materialize's own query does.
 */
export async function describeTables(
  client: Client,
  publication: string,
  { oids, names }: { oids?: number[]; names?: string[] } = {},
): Promise<UpstreamTable[]> {
  const version = await client.query<{ v: number }>("SELECT current_setting('server_version_num')::int4 AS v");
  const tables =
    (await listedTables(client, publication, names)) ??
    (await client.query<TableRow>(TABLES, [publication, oids ?? null, names ?? null])).rows;
  const found = [tables.map((table) => table.oid)];
  const columns = await client.query<ColumnRow>(columnsQuery(version.rows[0]!.v >= WITH_GENERATED), found);
  const keys = await client.query<KeyRow>(KEYS, found);
  const columnsOf = byTable(columns.rows);
  const keysOf = byTable(keys.rows);
  return tables.map(({ oid, schemaname, tablename }) => ({
    oid,
    schema: schemaname,
    name: tablename,
    columns: (columnsOf.get(oid) ?? []).map(asColumn),
    keys: (keysOf.get(oid) ?? []).map((key) => ({ name: key.name, isPrimary: key.is_primary, columns: key.columns })),
  }));
}

/** Null where the view has to be asked. */
async function listedTables(client: Client, publication: string, names: string[] = []): Promise<TableRow[] | null> {
  if (names.length === 0) return null;
  const { rows } = await client.query<TableRow>(LISTED, [publication, names]);
  return names.every((name) => rows.some(({ tablename }) => tablename === name)) ? rows : null;
}

/** Rows of all tables, shared out to them in their order: a publication may have thousands. */
function byTable<Row extends { table_oid: number }>(rows: Row[]): Map<number, Row[]> {
  const tables = new Map<number, Row[]>();
  for (const row of rows) {
    const own = tables.get(row.table_oid);
    if (own) own.push(row);
    else tables.set(row.table_oid, [row]);
  }
  return tables;
}

const asColumn = (row: ColumnRow): UpstreamColumn => ({
  name: row.name,
  attnum: row.attnum,
  typeOid: row.typoid,
  typeMod: row.typmod,
  nullable: !row.not_null,
  asText: false,
});
