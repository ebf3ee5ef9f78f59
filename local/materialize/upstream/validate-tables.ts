import type { Client } from 'pg';
import { MzError, type UpstreamColumn, type UpstreamTable } from '../contract';
import { printName } from './names';
import { sourceError, type PublicationDescription } from './publication';
import { resolveReference } from './select-tables';
import { isSupportedType, REFUSED } from './types';

export interface TableOptions {
  /** Columns as written in TEXT COLUMNS / EXCLUDE COLUMNS: table-qualified (`[schema,] table, column`). */
  textColumns?: string[][];
  excludeColumns?: string[][];
}

const oidsOf = (tables: UpstreamTable[]): number[] => tables.map((table) => table.oid);

async function names(client: Client, query: string, tables: UpstreamTable[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(query, [oidsOf(tables)]);
  return rows.map((row) => row.name);
}

const SCHEMAS_WITHOUT_USAGE = `
  SELECT DISTINCT quote_ident(n.nspname) AS name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = ANY ($1::oid[]) AND NOT has_schema_privilege(n.oid, 'usage') ORDER BY 1`;

const TABLES_WITHOUT_SELECT = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = ANY ($1::oid[]) AND NOT has_table_privilege(c.oid, 'select') ORDER BY 1`;

/** Only policies that concern the role count: a table with row security and no policy passed when recorded. */
const TABLES_WITH_POLICIES = `
  SELECT DISTINCT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_catalog.pg_policy p
    JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = ANY ($1::oid[]) AND c.relrowsecurity
    AND NOT (SELECT r.rolbypassrls OR r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)
    AND (0 = ANY (p.polroles) OR EXISTS (
      SELECT 1 FROM unnest(p.polroles) AS o (role) WHERE o.role <> 0 AND pg_has_role(o.role, 'usage')))
  ORDER BY 1`;

const TABLES_WITHOUT_FULL = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = ANY ($1::oid[]) AND (c.relreplident <> 'f' OR c.relkind NOT IN ('r', 'p')) ORDER BY 1`;

async function checkAccess(client: Client, tables: UpstreamTable[]): Promise<void> {
  const schemas = await names(client, SCHEMAS_WITHOUT_USAGE, tables);
  if (schemas.length > 0) {
    const detail = `user lacks USAGE privileges for schemas ${schemas.join(', ')}`;
    throw sourceError('insufficient privileges', { detail });
  }
  const unreadable = await names(client, TABLES_WITHOUT_SELECT, tables);
  if (unreadable.length > 0) {
    const detail = `user lacks SELECT privileges for tables ${unreadable.join(', ')}`;
    throw sourceError('insufficient privileges', { detail });
  }
  const guarded = await names(client, TABLES_WITH_POLICIES, tables);
  if (guarded.length > 0) {
    throw sourceError('one or more tables requires BYPASSRLS', {
      detail: `user must have BYPASSRLS attribute to read tables ${guarded.join(', ')}`,
      hint: 'Add the BYPASSRLS attribute to the Materialize user',
    });
  }
  const partial = await names(client, TABLES_WITHOUT_FULL, tables);
  if (partial.length > 0) {
    const detail = `referenced items: ${partial.join(', ')}`;
    throw sourceError('referenced items not tables with REPLICA IDENTITY FULL', { detail });
  }
}

const invalidOption = (option: string, why: string): MzError =>
  new MzError('XX000', `invalid ${option} option value: ${why}`);

/** Columns an option names, by table OID. Tables it names must be among those being added. */
function columnsOf(
  option: 'TEXT COLUMNS' | 'EXCLUDE COLUMNS',
  references: string[][],
  published: PublicationDescription,
  tables: UpstreamTable[],
): Map<number, Set<string>> {
  const byTable = new Map<number, Set<string>>();
  const dangling = new Set<string>();
  for (const reference of references) {
    const column = reference.at(-1)!;
    if (reference.length < 2) {
      throw invalidOption(option, `column name '${column}' must have at least a table qualification`);
    }
    const table = resolveReference(published, reference.slice(0, -1));
    if (!table.columns.some(({ name }) => name === column)) {
      throw invalidOption(option, `column "${table.name}.${column}" does not exist`);
    }
    const columns = byTable.get(table.oid) ?? new Set();
    if (columns.has(column)) throw sourceError(`duplicated column name references: ${JSON.stringify([column])}`);
    byTable.set(table.oid, columns.add(column));
    if (!tables.some(({ oid }) => oid === table.oid)) {
      dangling.add(printName([published.database, table.schema, table.name]));
    }
  }
  if (dangling.size > 0) {
    const detail = `the following tables are referenced but not added: ${[...dangling].sort().join(', ')}`;
    throw sourceError(`${option} refers to table not currently being added`, { detail });
  }
  return byTable;
}

function checkTypes(published: PublicationDescription, tables: UpstreamTable[]): void {
  const unsupported: string[] = [];
  for (const table of tables) {
    for (const { name, typeOid, asText } of table.columns) {
      if (asText) continue;
      const type = REFUSED[typeOid];
      if (type !== undefined) {
        const what = `table ${table.name} contains column ${name} of type ${type}`;
        throw new MzError('XX000', `${what} which Materialize cannot currently ingest`);
      }
      if (isSupportedType(typeOid)) continue;
      const full = printName([published.database, table.schema, table.name, name]);
      unsupported.push(`${full} (OID ${typeOid})`);
    }
  }
  if (unsupported.length === 0) return;
  throw sourceError('referenced tables use unsupported types', {
    detail: `the following columns contain unsupported types:\n${unsupported.sort().join('\n')}`,
    hint: 'Use the TEXT COLUMNS option naming the listed columns, and Materialize can ingest their values as text.',
  });
}

/**
 * Checks the tables about to be added, in Materialize's order and words: privileges, row security, replica identity,
 * TEXT COLUMNS, types. Answers them as they will be ingested: text columns marked, excluded columns left out.
 */
export async function validateTables(
  client: Client,
  published: PublicationDescription,
  tables: UpstreamTable[],
  options: TableOptions = {},
): Promise<UpstreamTable[]> {
  if (tables.length > 0) await checkAccess(client, tables);
  const asText = columnsOf('TEXT COLUMNS', options.textColumns ?? [], published, tables);
  const excluded = columnsOf('EXCLUDE COLUMNS', options.excludeColumns ?? [], published, tables);
  const ingested = tables.map((table) => ({
    ...table,
    columns: table.columns
      .filter(({ name }) => !(excluded.get(table.oid)?.has(name) ?? false))
      .map((column): UpstreamColumn => ({ ...column, asText: asText.get(table.oid)?.has(column.name) ?? false })),
  }));
  checkTypes(published, ingested);
  return ingested;
}
